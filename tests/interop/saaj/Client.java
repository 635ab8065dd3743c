// A call of INSi with SAAJ alone (Debian: jaxws, which brings it): the message is built node by node, with no class made from the WSDL:
//   java -cp … Client < job
// Job: one name=value on each line. url, ca (trust store, PEM), p12 and password (mutual TLS only), assertion (file, CPx only), vitale (file, by card only), issuer (Emetteur), and
// the parts of the request: traits.*, or operation, arguments.* and coverage.*. The answer is one JSON object.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.soap.MessageFactory;
import javax.xml.soap.SOAPBody;
import javax.xml.soap.SOAPConnection;
import javax.xml.soap.SOAPConnectionFactory;
import javax.xml.soap.SOAPConstants;
import javax.xml.soap.SOAPElement;
import javax.xml.soap.SOAPHeader;
import javax.xml.soap.SOAPMessage;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

public final class Client {
    private static final String BAM = "urn:siram:bam:ctxbam";
    private static final String LPS = "urn:siram:lps:ctxlps";
    private static final String WSA = "http://www.w3.org/2005/08/addressing";
    private static final String WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private static final String SANS = "http://www.cnamts.fr/INSiRecSans";
    private static final String VIT = "http://www.cnamts.fr/INSiRecVit";
    private static final String REQ = "http://www.cnamts.fr/INSiLot2/REQUnitaire";
    private static final Map<String, List<String>> job = new LinkedHashMap<>();

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] pair = line.split("=", 2);
            job.computeIfAbsent(pair[0], name -> new ArrayList<>()).add(pair[1]);
        }
        trust();
        String operation = job.containsKey("operation") ? one("operation") : "rechercherInsAvecTraitsIdentite";
        String action = "urn:ServiceIdentiteCertifiee:1.0.0:" + operation;
        SOAPMessage message = MessageFactory.newInstance(SOAPConstants.SOAP_1_2_PROTOCOL).createMessage();
        headers(message.getSOAPHeader(), action);
        if (operation.equals("rechercherInsAvecTraitsIdentite")) {
            traits(message.getSOAPBody().addChildElement(new QName(SANS, "RECSANSVITALE", "sans")), SANS, "traits.");
        } else if (operation.equals("rechercherInsAvecCarteVitale")) {
            SOAPElement request = message.getSOAPBody().addChildElement(new QName(VIT, "RECVITALE", "vit"));
            SOAPElement insured = request.addChildElement(new QName(VIT, "MatriculeOD"));
            texts(insured, VIT, "arguments.MatriculeOD.", "NumIdentifiant");
            texts(request, VIT, "arguments.", "DateNaissance");
            texts(request, VIT, "arguments.", "RangNaissance");
        } else {
            claim(message.getSOAPBody().addChildElement(new QName(REQ, "Requete", "req")));
        }
        message.saveChanges();
        message.getMimeHeaders().setHeader("Content-Type", "application/soap+xml; charset=utf-8; action=\"" + action + "\"");
        SOAPConnection connection = SOAPConnectionFactory.newInstance().createConnection();
        SOAPBody body = connection.call(message, new URL(one("url"))).getSOAPBody();
        connection.close();
        System.out.write((body.hasFault() ? fault(body) : result(body)).getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    private static void headers(SOAPHeader header, String action) throws Exception {
        SOAPElement bam = header.addHeaderElement(new QName(BAM, "ContexteBAM", "bam"));
        bam.addAttribute(new QName("Version"), "01_02");
        text(bam, BAM, "Id", UUID.randomUUID().toString());
        text(bam, BAM, "Temps", Instant.now().toString());
        text(bam, BAM, "Emetteur", one("issuer"));
        SOAPElement coverage = bam.addChildElement(new QName(BAM, "COUVERTURE"));
        if (job.containsKey("coverage.ASSURE.Id.Num")) {
            SOAPElement insured = coverage.addChildElement(new QName(BAM, "ASSURE")).addChildElement(new QName(BAM, "Id"));
            texts(insured, BAM, "coverage.ASSURE.Id.", "Num");
            SOAPElement beneficiary = coverage.addChildElement(new QName(BAM, "BENEFICIAIRE"));
            texts(beneficiary, BAM, "coverage.BENEFICIAIRE.", "DateNai");
            texts(beneficiary, BAM, "coverage.BENEFICIAIRE.", "Rang");
        }
        SOAPElement lps = header.addHeaderElement(new QName(LPS, "ContexteLPS", "lps"));
        lps.addAttribute(new QName("Version"), "01_00");
        lps.addAttribute(new QName("Nature"), "CTXLPS");
        text(lps, LPS, "Id", UUID.randomUUID().toString());
        text(lps, LPS, "Temps", Instant.now().toString());
        text(lps, LPS, "Emetteur", one("issuer"));
        SOAPElement software = lps.addChildElement(new QName(LPS, "LPS"));
        text(software, LPS, "IDAM", "750000000001").addAttribute(new QName("R"), "4");
        text(software, LPS, "Version", "01.00");
        text(software, LPS, "Instance", "5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a17");
        text(software, LPS, "Nom", "urn:lps:BANC-SAAJ:1.0");
        header.addHeaderElement(new QName(WSA, "Action", "wsa")).setTextContent(action);
        header.addHeaderElement(new QName(WSA, "MessageID", "wsa")).setTextContent("uuid:" + UUID.randomUUID());
        if (job.containsKey("assertion")) {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            SOAPElement security = header.addHeaderElement(new QName(WSSE, "Security", "wsse"));
            for (String name : new String[] {"assertion", "vitale"}) {
                if (job.containsKey(name)) {
                    Element assertion = factory.newDocumentBuilder().parse(one(name)).getDocumentElement();
                    security.appendChild(security.getOwnerDocument().importNode(assertion, true));
                }
            }
        }
    }

    private static void traits(SOAPElement parent, String namespace, String from) throws Exception {
        for (String name : new String[] {"NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance"}) {
            texts(parent, namespace, from, name);
        }
    }

    private static void claim(SOAPElement request) throws Exception {
        String from = "arguments.IndividuVerifie.";
        SOAPElement person = request.addChildElement(new QName(REQ, "IndividuVerifie"));
        if (job.containsKey(from + "INSFourni.OID")) {
            SOAPElement given = person.addChildElement(new QName(REQ, "INSFourni"));
            SOAPElement matricule = given.addChildElement(new QName(REQ, "IdIndividu"));
            texts(matricule, REQ, from + "INSFourni.IdIndividu.", "NumIdentifiant");
            texts(matricule, REQ, from + "INSFourni.IdIndividu.", "Cle");
            texts(given, REQ, from + "INSFourni.", "OID");
        }
        traits(person.addChildElement(new QName(REQ, "TraitsIdentiteIndividu")), REQ, from + "TraitsIdentiteIndividu.");
    }

    private static void texts(SOAPElement parent, String namespace, String from, String name) throws Exception {
        for (String value : job.getOrDefault(from + name, new ArrayList<>())) {
            text(parent, namespace, name, value);
        }
    }

    private static SOAPElement text(SOAPElement parent, String namespace, String name, String value) throws Exception {
        SOAPElement added = parent.addChildElement(new QName(namespace, name));
        added.setTextContent(value);
        return added;
    }

    private static String fault(SOAPBody body) {
        Element error = (Element) body.getElementsByTagNameNS("urn:siram", "Erreur").item(0);
        return "{\"fault\":" + quoted(error.getAttribute("code")) + ",\"severity\":" + quoted(error.getAttribute("severite"))
            + ",\"label\":" + quoted(error.getTextContent()) + ",\"text\":" + quoted(body.getFault().getFaultString()) + "}";
    }

    private static String result(SOAPBody body) {
        String answer = "{\"code\":" + quoted(first(body, "CodeCR")) + ",\"label\":" + quoted(first(body, "LibelleCR"));
        if (body.getElementsByTagNameNS("*", "INDIVIDU").getLength() > 0) {
            Element active = (Element) body.getElementsByTagNameNS("*", "INSACTIF").item(0);
            answer += ",\"matricule\":" + quoted(first(active, "NumIdentifiant")) + ",\"key\":" + quoted(first(active, "Cle"))
                + ",\"oid\":" + quoted(first(active, "OID")) + ",\"birth_name\":" + quoted(first(body, "NomNaissance"))
                + ",\"first_names\":" + quoted(first(body, "ListePrenom")) + ",\"birth_place\":" + quoted(first(body, "LieuNaissance"))
                + ",\"history\":" + body.getElementsByTagNameNS("*", "INSHISTO").getLength();
        }
        return answer + "}";
    }

    private static String first(Element within, String name) {
        NodeList found = within.getElementsByTagNameNS("*", name);
        return found.getLength() == 0 ? null : found.item(0).getTextContent();
    }

    /** Trusts the authorities of the job and no other, and shows the certificate of the job when it has one. */
    private static void trust() throws Exception {
        KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
        authorities.load(null, null);
        try (FileInputStream file = new FileInputStream(one("ca"))) {
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                authorities.setCertificateEntry("ca" + authorities.size(), authority);
            }
        }
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(authorities);
        KeyManagerFactory own = null;
        if (job.containsKey("p12")) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            char[] password = one("password").toCharArray();
            try (FileInputStream file = new FileInputStream(one("p12"))) {
                keys.load(file, password);
            }
            own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, password);
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : own.getKeyManagers(), trusted.getTrustManagers(), null);
        HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
    }

    private static String one(String name) {
        return job.get(name).get(0);
    }

    private static String quoted(String value) {
        return value == null ? "null" : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
