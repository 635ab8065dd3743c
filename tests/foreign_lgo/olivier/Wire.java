import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** SOAP 1.2 with INSi, written by hand from the WSDL. */
final class Wire {
    static final String ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:";
    private static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    private static final String RESULT = "http://www.cnamts.fr/INSiResultat";
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Ledger ledger;

    Wire(Ledger ledger) {
        this.ledger = ledger;
    }

    /** What a card adds to a request. */
    record Card(String serial, Instant read, String insured, String own, String birth, String rank) {}

    /** What came back: the code of the answer or fault (null: nothing), what was returned, whether it can be used. */
    record Answer(String code, boolean fault, Map<String, String> returned, List<Map<String, Object>> former, Element root) {}

    static String text(String value) {
        String out = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return Choices.right("apostrophes-as-entities") ? out.replace("'", "&#39;") : out;
    }

    static String tag(String name, String value) {
        return value == null ? "" : "<" + name + ">" + text(value) + "</" + name + ">";
    }

    private String envelope(String user, String operation, String body, Card card) {
        String now = ledger.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String coverage = card == null ? "" : "<b:ASSURE><b:Id><b:Num>" + card.insured() + "</b:Num></b:Id></b:ASSURE><b:BENEFICIAIRE>"
                + (card.own() == null ? "" : "<b:Nir><b:Num>" + card.own() + "</b:Num></b:Nir>")
                + tag("b:DateNai", card.birth()) + tag("b:Rang", card.rank()) + "</b:BENEFICIAIRE>";
        String bam = "<b:ContexteBAM xmlns:b=\"urn:siram:bam:ctxbam\" Version=\"01_02\"><b:Id>" + UUID.randomUUID() + "</b:Id><b:Temps>" + now
                + "</b:Temps><b:Emetteur>OLIVIER</b:Emetteur><b:COUVERTURE>" + coverage + "</b:COUVERTURE></b:ContexteBAM>";
        String lps = "<l:ContexteLPS xmlns:l=\"urn:siram:lps:ctxlps\" Version=\"01_00\"><l:Id>" + UUID.randomUUID() + "</l:Id><l:Temps>" + now
                + "</l:Temps><l:Emetteur>OLIVIER</l:Emetteur><l:LPS><l:IDAM R=\"4\">OL0123456789</l:IDAM><l:Version>02.10</l:Version>"
                + "<l:Instance>0d2b6a5e-41c0-4a64-9a34-6f0c61b1a7e2</l:Instance><l:Nom>urn:lps:olivier:02.10</l:Nom></l:LPS></l:ContexteLPS>";
        String address = "<a:MessageID xmlns:a=\"http://www.w3.org/2005/08/addressing\">uuid:" + UUID.randomUUID() + "</a:MessageID>"
                + "<a:Action xmlns:a=\"http://www.w3.org/2005/08/addressing\" e:mustUnderstand=\"true\">" + ACTION + operation + "</a:Action>";
        String security = Proofs.assertion(user, ledger.now());
        if (card != null) {
            String issued = (Choices.right("assertion-made-at-the-call") ? ledger.now() : card.read()).toString();
            security += "<s:Assertion xmlns:s=\"urn:oasis:names:tc:SAML:2.0:assertion\" Version=\"2.0\" ID=\"_" + UUID.randomUUID() + "\" IssueInstant=\"" + issued
                    + "\"><s:Issuer>OLIVIER</s:Issuer><s:Subject><s:NameID NameQualifier=\"VITALE\">" + text(card.serial())
                    + "</s:NameID></s:Subject></s:Assertion>";
        }
        if (!security.isEmpty()) security = "<w:Security xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">" + security + "</w:Security>";
        String header = Choices.right("headers-in-other-order") ? security + address + lps + bam : bam + lps + address + security;
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<e:Envelope xmlns:e=\"" + SOAP + "\"><e:Header>" + header + "</e:Header><e:Body>" + body
                + "</e:Body></e:Envelope>";
    }

    /** One exchange. No answer, or one that cannot be read, is an Answer without code. */
    Answer send(String user, String operation, String body, Card card) {
        Answer none = new Answer(null, true, Map.of(), List.of(), null);
        String type = "application/soap+xml; charset=utf-8" + (Choices.right("action-in-header-block-only") ? "" : "; action=\"" + ACTION + operation + "\"");
        byte[] bytes = envelope(user, operation, body, card).getBytes(StandardCharsets.UTF_8);
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(ledger.insiUrl)).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(bytes));
        if ("PSC".equals(Proofs.of(user))) builder.header("Authorization", "Bearer " + UUID.randomUUID());
        HttpRequest request = builder.build();
        long seconds = Math.max(1, Long.parseLong(ledger.settings.get("insi_timeout_seconds")));
        var pending = client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            HttpResponse<byte[]> response = pending.get(seconds, TimeUnit.SECONDS);
            if (response.body().length > 4_000_000) return none;
            return read(response.statusCode(), parse(response.body()));
        } catch (Exception e) {
            pending.cancel(true);
            return none;
        }
    }

    static Document parse(byte[] bytes) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        var builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return builder.parse(new ByteArrayInputStream(bytes));
    }

    static List<Element> all(Element from, String namespace, String name) {
        NodeList nodes = from.getElementsByTagNameNS(namespace, name);
        List<Element> out = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) out.add((Element) nodes.item(i));
        return out;
    }

    private static String child(Element parent, String name) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling())
            if (node instanceof Element element && name.equals(element.getLocalName()) && !element.getTextContent().isBlank())
                return element.getTextContent();
        return null;
    }

    private Answer read(int status, Document document) {
        Element root = document.getDocumentElement();
        List<Element> faults = all(root, SOAP, "Fault");
        if (!faults.isEmpty()) {
            String code = null;
            for (Element error : all(faults.get(0), "*", "Erreur")) code = error.getAttribute("code");
            if (code == null || code.isEmpty()) for (Element value : all(faults.get(0), SOAP, "Value")) code = value.getTextContent().replaceAll(".*:", "").strip();
            return new Answer(code, true, Map.of(), List.of(), root);
        }
        List<Element> codes = all(root, "*", "CodeCR");
        if (status != 200 || codes.isEmpty()) return new Answer(null, true, Map.of(), List.of(), root);
        String code = codes.get(0).getTextContent().strip();
        Map<String, String> returned = new LinkedHashMap<>();
        List<Map<String, Object>> former = new ArrayList<>();
        for (Element active : all(root, RESULT, "INSACTIF")) {
            put(returned, "matricule", number(active));
            put(returned, "oid", child(active, "OID"));
        }
        for (Element traits : all(root, RESULT, "TIQ")) {
            put(returned, "birth_name", child(traits, "NomNaissance"));
            String list = child(traits, "ListePrenom");
            if (Choices.wrong("given-name-for-the-list") && child(traits, "Prenom") != null) list = child(traits, "Prenom");
            put(returned, "first_names", list);
            put(returned, "sex", child(traits, "Sexe"));
            put(returned, "birth_date", child(traits, "DateNaissance"));
            put(returned, "birth_place", child(traits, "LieuNaissance"));
        }
        for (Element old : all(root, RESULT, "INSHISTO"))
            former.add(Json.object("matricule", number(old), "oid", child(old, "OID"), "start", child(old, "DateDeb"), "end", child(old, "DateFin")));
        return new Answer(code, false, returned, former, root);
    }

    private static void put(Map<String, String> map, String key, String value) {
        if (value != null) map.put(key, value);
    }

    private static String number(Element identifier) {
        for (Element id : all(identifier, RESULT, "IdIndividu")) {
            String digits = child(id, "NumIdentifiant"), key = child(id, "Cle");
            if (digits != null) return digits + (key == null ? "" : key);
        }
        return null;
    }
}
