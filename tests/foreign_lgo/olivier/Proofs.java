import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** How a user proves who they are to INSi: by card (a signed assertion) or by Pro Santé Connect (a bare one and a token). */
final class Proofs {
    private static final Map<String, String> CHOSEN = new HashMap<>();
    private static KeyStore card;

    private Proofs() {}

    static void forget() {
        CHOSEN.clear();
    }

    static void choose(String user, String means) {
        if (!List.of("CPX", "PSC").contains(means)) throw new Refusal("MOYEN", "Carte ou Pro Santé Connect seulement.");
        CHOSEN.put(user, means);
    }

    /** CPX, PSC, or null where the user chose nothing: the workstation then proves nothing. */
    static String of(String user) {
        return CHOSEN.get(user);
    }

    private static String bare(String qualifier, String who, String issued) {
        return "<s:Assertion xmlns:s=\"urn:oasis:names:tc:SAML:2.0:assertion\" Version=\"2.0\" ID=\"_" + UUID.randomUUID() + "\" IssueInstant=\"" + issued
                + "\"><s:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName\">CN=899700000001</s:Issuer><s:Subject><s:NameID NameQualifier=\""
                + qualifier + "\">" + Wire.text(who) + "</s:NameID></s:Subject><s:AttributeStatement><s:Attribute Name=\"identifiantFacturation\"><s:AttributeValue>"
                + "999999999</s:AttributeValue></s:Attribute><s:Attribute Name=\"secteurActivite\"><s:AttributeValue>SA33</s:AttributeValue></s:Attribute>"
                + "</s:AttributeStatement></s:Assertion>";
    }

    static String assertion(String user, Instant now) {
        String means = of(user), issued = now.truncatedTo(ChronoUnit.SECONDS).toString();
        if (means == null) return "";
        if (means.equals("PSC")) return bare("PSC", user, issued);
        try {
            return signed(bare("CPS", "899700000001", issued));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized KeyStore card() throws Exception {
        if (card != null) return card;
        Path folder = Files.createTempDirectory("olivier"), store = folder.resolve("card.p12");
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        int done = new ProcessBuilder(tool, "-genkeypair", "-alias", "card", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=899700000001", "-validity", "30",
                "-storetype", "PKCS12", "-storepass", "olivier", "-keystore", store.toString()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start().waitFor();
        if (done != 0) throw new IllegalStateException("keytool ended with " + done);
        KeyStore made = KeyStore.getInstance("PKCS12");
        try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(store))) {
            made.load(in, "olivier".toCharArray());
        }
        Files.delete(store);
        Files.delete(folder);
        card = made;
        return card;
    }

    private static String signed(String assertion) throws Exception {
        KeyStore store = card();
        Document document = Wire.parse(assertion.getBytes(StandardCharsets.UTF_8));
        Element root = document.getDocumentElement();
        root.setIdAttribute("ID", true);
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        String exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
        var transforms = List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null), factory.newTransform(exclusive, (TransformParameterSpec) null));
        var reference = factory.newReference("#" + root.getAttribute("ID"), factory.newDigestMethod("http://www.w3.org/2001/04/xmlenc#sha256", null), transforms, null, null);
        CanonicalizationMethod canonical = factory.newCanonicalizationMethod(exclusive, (C14NMethodParameterSpec) null);
        var info = factory.newSignedInfo(canonical, factory.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null), List.of(reference));
        var keys = factory.getKeyInfoFactory();
        var key = keys.newKeyInfo(List.of(keys.newX509Data(List.of((X509Certificate) store.getCertificate("card")))));
        var where = new DOMSignContext((PrivateKey) store.getKey("card", "olivier".toCharArray()), root, root.getFirstChild().getNextSibling());
        factory.newXMLSignature(info, key).sign(where);
        var writer = TransformerFactory.newInstance().newTransformer();
        writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        StringWriter out = new StringWriter();
        writer.transform(new DOMSource(document), new StreamResult(out));
        return out.toString();
    }
}
