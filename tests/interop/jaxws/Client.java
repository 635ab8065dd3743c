// A call of INSi with JAX-WS (Debian: jaxws), with the classes that wsimport makes of both served WSDLs and nothing else:
//   java -cp … Client < job
// Job: one name=value on each line. wsdl (URL), ca (trust store, PEM), p12 and password (mutual TLS only), assertion (file, CPx only), issuer
// (Emetteur), and the parts of the request: traits.*, or operation and arguments.*. The answer is one JSON object.

import fr.cnamts.insilot2.requnitaire.Requete;
import fr.cnamts.insirecsans.TraitsDIdentite;
import fr.cnamts.insiresultat.IdentifiantNationalSante;
import fr.cnamts.insiresultat.Individu;
import fr.cnamts.insiresultat.Resultat;
import fr.cnamts.webservice.ICIRV1;
import insi.banc.wsdl.inferred.ICIRInferred;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.GregorianCalendar;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.ws.soap.AddressingFeature;
import org.oasis_open.docs.wss._2004._01.oasis_200401_wss_wssecurity_secext_1_0.TypeSecurity;
import org.w3._2005._08.addressing.AttributedURIType;
import siram.TypeErreur;
import siram.bam.ctxbam.ContexteBAM;
import siram.bam.ctxbam.Couverture;
import siram.lps.ctxlps.ContexteLPS;
import siram.lps.ctxlps.IdentiteStringRef;
import siram.lps.ctxlps.LOGICIEL;

public final class Client {
    private static final String SEARCH = "rechercherInsAvecTraitsIdentite";
    /** Adds wsa:Action, which is no part of the WSDL yet expected, as mandatory; and To, ReplyTo and FaultTo. */
    private static final AddressingFeature ADDRESSED = new AddressingFeature();
    private static final Map<String, List<String>> job = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int equals = line.indexOf('=');
            job.computeIfAbsent(line.substring(0, equals), name -> new ArrayList<>()).add(line.substring(equals + 1));
        }
        trust();
        String operation = one("operation") == null ? SEARCH : one("operation");
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            if (operation.equals(SEARCH)) {
                search(answer);
            } else {
                verify(answer);
            }
        } catch (fr.cnamts.webservice.Erreur fault) {
            told(answer, fault.getFaultInfo(), fault.getMessage());
        } catch (insi.banc.wsdl.inferred.Erreur fault) {
            told(answer, fault.getFaultInfo(), fault.getMessage());
        }
        System.out.write(json(answer).getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    private static void search(Map<String, Object> answer) throws Exception {
        fr.cnamts.webservice.ICIRService port = new ICIRV1(new URL(one("wsdl"))).getICIRService(ADDRESSED);
        TraitsDIdentite traits = new TraitsDIdentite();
        traits.setNomNaissance(one("traits.NomNaissance"));
        traits.getPrenom().addAll(all("traits.Prenom"));
        traits.setSexe(one("traits.Sexe"));
        traits.setDateNaissance(one("traits.DateNaissance"));
        traits.setLieuNaissance(one("traits.LieuNaissance"));
        Resultat result = port.rechercherInsAvecTraitsIdentite(traits, security(), lps(), messageId(), bam());
        answer.put("code", result.getCR().getCodeCR());
        answer.put("label", result.getCR().getLibelleCR());
        Individu person = result.getINDIVIDU();
        if (person == null) {
            return;
        }
        IdentifiantNationalSante active = person.getINSACTIF();
        answer.put("matricule", active.getIdIndividu().getNumIdentifiant());
        answer.put("key", active.getIdIndividu().getCle());
        answer.put("oid", active.getOID());
        answer.put("birth_name", person.getTIQ().getNomNaissance());
        answer.put("first_names", person.getTIQ().getListePrenom());
        answer.put("birth_place", person.getTIQ().getLieuNaissance());
        answer.put("history", person.getINSHISTO().size());
    }

    private static void verify(Map<String, Object> answer) throws Exception {
        insi.banc.wsdl.inferred.ICIRServiceInferred port = new ICIRInferred(new URL(one("wsdl"))).getICIRServiceInferred(ADDRESSED);
        String claim = "arguments.IndividuVerifie.";
        fr.cnamts.insilot2.requnitaire.Matricule number = new fr.cnamts.insilot2.requnitaire.Matricule();
        number.setNumIdentifiant(one(claim + "INSFourni.IdIndividu.NumIdentifiant"));
        number.setCle(one(claim + "INSFourni.IdIndividu.Cle"));
        fr.cnamts.insilot2.requnitaire.IdentifiantNationalSante given = new fr.cnamts.insilot2.requnitaire.IdentifiantNationalSante();
        given.setIdIndividu(number);
        given.setOID(one(claim + "INSFourni.OID"));
        fr.cnamts.insilot2.requnitaire.TraitsDIdentite traits = new fr.cnamts.insilot2.requnitaire.TraitsDIdentite();
        traits.setNomNaissance(one(claim + "TraitsIdentiteIndividu.NomNaissance"));
        traits.getPrenom().addAll(all(claim + "TraitsIdentiteIndividu.Prenom"));
        traits.setSexe(one(claim + "TraitsIdentiteIndividu.Sexe"));
        traits.setDateNaissance(one(claim + "TraitsIdentiteIndividu.DateNaissance"));
        fr.cnamts.insilot2.requnitaire.Individu person = new fr.cnamts.insilot2.requnitaire.Individu();
        person.setINSFourni(given);
        person.setTraitsIdentiteIndividu(traits);
        Requete request = new Requete();
        request.setIndividuVerifie(person);
        fr.cnamts.insilot2.repunitaire.Resultat result =
            port.verifierInsAvecTraitsIdentite(request, security(), lps(), messageId(), bam());
        answer.put("code", result.getCR().getCodeCR());
        answer.put("label", result.getCR().getLibelleCR());
    }

    private static TypeSecurity security() throws Exception {
        if (one("assertion") == null) {
            return null;
        }
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        TypeSecurity security = new TypeSecurity();
        byte[] assertion = Files.readAllBytes(Paths.get(one("assertion")));
        security.getAny().add(factory.newDocumentBuilder().parse(new ByteArrayInputStream(assertion)).getDocumentElement());
        return security;
    }

    private static ContexteLPS lps() throws Exception {
        IdentiteStringRef idam = new IdentiteStringRef();
        idam.setR("4");
        idam.setValue("750000000001");
        LOGICIEL software = new LOGICIEL();
        software.setIDAM(idam);
        software.setVersion("01.00");
        software.setInstance("5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a13");
        software.setNom("urn:lps:BANC-JAXWS:1.0");
        ContexteLPS context = new ContexteLPS();
        context.setNature("CTXLPS");
        context.setVersion("01_00");
        context.setId(UUID.randomUUID().toString());
        context.setTemps(now());
        context.setEmetteur(one("issuer"));
        context.setLPS(software);
        return context;
    }

    private static ContexteBAM bam() throws Exception {
        ContexteBAM context = new ContexteBAM();
        context.setNature("CTXBAM");
        context.setVersion("01_02");
        context.setId(UUID.randomUUID().toString());
        context.setTemps(now());
        context.setEmetteur(one("issuer"));
        context.setCOUVERTURE(new Couverture());
        return context;
    }

    private static AttributedURIType messageId() {
        AttributedURIType id = new AttributedURIType();
        id.setValue("uuid:" + UUID.randomUUID());
        return id;
    }

    private static XMLGregorianCalendar now() throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(new GregorianCalendar(TimeZone.getTimeZone("UTC")));
    }

    /** Trusts the authorities of the job and no other, also for the WSDL. */
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
        if (one("p12") != null) {
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

    private static void told(Map<String, Object> answer, TypeErreur error, String text) {
        answer.put("fault", error.getCode());
        answer.put("severity", error.getSeverite().getLocalPart());
        answer.put("label", error.getValue());
        answer.put("text", text);
    }

    private static String one(String name) {
        List<String> values = job.get(name);
        return values == null ? null : values.get(0);
    }

    private static List<String> all(String name) {
        return job.getOrDefault(name, new ArrayList<>());
    }

    private static String json(Map<String, Object> answer) {
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<String, Object> entry : answer.entrySet()) {
            text.append(text.length() == 1 ? "" : ",").append(quoted(entry.getKey())).append(':');
            text.append(entry.getValue() instanceof Integer ? entry.getValue().toString() : quoted((String) entry.getValue()));
        }
        return text.append("}\n").toString();
    }

    private static String quoted(String value) {
        return value == null ? "null" : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
