import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Secure mail with a vaccination note, to professionals and to patients; nothing goes to the DMP or the DP. */
final class Post {
    private static final String US = "officine.olivier@pharmacie.mssante.fr";
    private final Ledger ledger;
    private final Papers papers;
    private final List<Map<String, Object>> transmissions = new ArrayList<>();
    private int sent;

    Post(Ledger ledger, Papers papers) {
        this.ledger = ledger;
        this.papers = papers;
    }

    void forget() {
        transmissions.clear();
    }

    Object transmissions(String file) {
        List<Object> out = new ArrayList<>();
        for (Map<String, Object> each : transmissions) if (file == null || file.equals(each.get("patient_id"))) out.add(each);
        return Json.object("transmissions", out);
    }

    private Map<String, Object> outcome(String outcome, String message, String recipient, List<Object> documents) {
        return Json.object("id", "ENVOI" + ++sent, "outcome", outcome, "message", message, "recipient", recipient, "documents", documents);
    }

    Map<String, Object> send(Actor actor, PatientFile file, String kind, String channel, String recipient) throws Exception {
        actor.must("READ_IDENTITY");
        if (!List.of(ledger.settings.get("document_kinds").split(",")).contains(kind)) throw new Refusal("DOCUMENT", "Document inconnu : " + kind);
        boolean patient = channel.equals("MSSANTE_PATIENT");
        if (!patient && !channel.equals("MSSANTE")) throw new Refusal("CANAL", "Ce logiciel n'envoie pas à " + channel + ".");
        boolean qualified = file.status.equals("QUAL");
        if (file.opposed.contains(channel) && !(Choices.wrong("opposition-of-patients-only") && !patient))
            return outcome("NOT_SENT", "Le patient s'y oppose.", null, List.of());
        if (patient && !qualified) return outcome("NOT_SENT", "Identité non qualifiée : le patient n'a pas d'adresse sécurisée.", null, List.of());
        if (!patient && Spelling.blank(recipient)) throw new Refusal("DESTINATAIRE", "À qui ?");
        String to = patient ? file.get("matricule") + "@patient.mssante.fr" : recipient;
        byte[] mail = mail(actor, file, kind, to, patient, qualified).getBytes(StandardCharsets.UTF_8);
        if (qualified) {
            ledger.write(actor.name(), file.id, "seen", "where", "envoi " + channel);
            if (!(Choices.wrong("mail-to-patients-not-traced") && patient))
                transmissions.add(Json.object("sender", US, "recipient", to, "at", Ledger.moment(ledger.now()), "patient_id", file.id, "channel", channel));
        }
        return outcome("SENT", "Message remis à l'opérateur.", to,
                List.of(Json.object("name", "message.eml", "format", "MSSANTE", "content", Base64.getEncoder().encodeToString(mail))));
    }

    private String now(String pattern, String zone) {
        return ledger.now().atZone(ZoneId.of(zone)).format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
    }

    private String mail(Actor actor, PatientFile file, String kind, String to, boolean patient, boolean qualified) throws Exception {
        byte[] cda = Base64.getDecoder().decode((String) papers.message(actor, file, "CDA").get("content"));
        byte[] pdf = Base64.getDecoder().decode((String) papers.print(actor, file, kind).get("content"));
        String subject = "XDM/1.0/DDM+Note de vaccination " + file.get("birth_name") + " " + file.get("first_name") + " " + Spelling.shown(file.get("birth_date"));
        String name = now("yyyyMMdd", "Europe/Paris") + "_VAC_" + file.get("birth_name").replace(' ', '-') + "_" + file.get("first_name").replace(' ', '-') + ".pdf";
        String split = "----olivier" + UUID.randomUUID().toString().replace("-", "");
        String ins = qualified && !Choices.wrong("header-says-no-ins") ? "O" : "N";
        return "From: \"PHARMACIE DE L'OLIVIER\" <" + US + ">\r\nTo: <" + to + ">\r\nSubject: " + subject + "\r\nDate: " + now("EEE, dd MMM yyyy HH:mm:ss Z", "Europe/Paris")
                + "\r\nMessage-ID: <" + UUID.randomUUID() + "@pharmacie.mssante.fr>\r\nMIME-Version: 1.0\r\nX-MSS-INS: " + ins + "\r\nX-MSS-CODECDA: 87273-9\r\nX-MSS-NIL: 4321\r\n"
                + (patient ? "X-MSS-MES: FIN\r\n" : "") + "Content-Type: multipart/mixed; boundary=\"" + split + "\"\r\n\r\n--" + split
                + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nBonjour, une note de vaccination est jointe.\r\n--" + split
                + part("application/pdf", name, pdf) + "--" + split + part("application/zip", "IHE_XDM.ZIP", archive(file, cda, qualified)) + "--" + split + "--\r\n";
    }

    private static String part(String type, String name, byte[] content) {
        return "\r\nContent-Type: " + type + "; name=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(content) + "\r\n";
    }

    private byte[] archive(PatientFile file, byte[] cda, boolean qualified) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "INDEX.HTM", "<html><body><p>Note de vaccination</p></body></html>".getBytes(StandardCharsets.UTF_8));
            entry(zip, "README.TXT", "Emetteur : PHARMACIE DE L'OLIVIER\r\nLogiciel : Olivier 2.10\r\n".getBytes(StandardCharsets.UTF_8));
            entry(zip, "IHE_XDM/SUBSET01/METADATA.XML", metadata(file, cda, qualified).getBytes(StandardCharsets.UTF_8));
            entry(zip, "IHE_XDM/SUBSET01/DOC00001.XML", cda);
        }
        return out.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws Exception {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private static String slot(String name, String... values) {
        StringBuilder out = new StringBuilder("<Slot name=\"" + name + "\"><ValueList>");
        for (String value : values) out.append("<Value>").append(Wire.text(value)).append("</Value>");
        return out.append("</ValueList></Slot>").toString();
    }

    private static String id(String scheme, String object, String value, String name) {
        return "<ExternalIdentifier id=\"urn:uuid:" + UUID.randomUUID() + "\" identificationScheme=\"urn:uuid:" + scheme + "\" registryObject=\"" + object + "\" value=\""
                + Wire.text(value) + "\"><Name><LocalizedString value=\"" + name + "\"/></Name></ExternalIdentifier>";
    }

    private String metadata(PatientFile file, byte[] cda, boolean qualified) throws Exception {
        StringBuilder hash = new StringBuilder();
        for (byte b : MessageDigest.getInstance("SHA-1").digest(cda)) hash.append(String.format("%02x", b));
        String local = Papers.digits(file) + "^^^&" + Papers.LOCAL + "&ISO^PI";
        String patient = qualified ? file.get("matricule") + "^^^&" + file.get("oid") + "&ISO^NH" : local;
        String time = now("yyyyMMddHHmmss", "UTC");
        String entry = "<ExtrinsicObject id=\"Document01\" mimeType=\"text/xml\" objectType=\"urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1\">" + slot("creationTime", time)
                + slot("hash", hash.toString()) + slot("languageCode", "fr-FR") + slot("size", Integer.toString(cda.length)) + slot("sourcePatientId", local)
                + slot("sourcePatientInfo", "PID-5|" + file.get("birth_name") + "^" + file.get("first_name") + "^^^^^L", "PID-7|" + file.get("birth_date").replace("-", ""),
                        "PID-8|" + file.get("sex")) + slot("URI", "DOC00001.XML")
                + id("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "Document01", patient, "XDSDocumentEntry.patientId")
                + id("2e82c1f6-a085-4c72-9da3-8640a32e42ab", "Document01", Papers.LOCAL + ".1." + Papers.digits(file), "XDSDocumentEntry.uniqueId") + "</ExtrinsicObject>";
        String set = "<RegistryPackage id=\"SubmissionSet01\">" + slot("submissionTime", time)
                + "<Classification classificationNode=\"urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd\" classifiedObject=\"SubmissionSet01\" id=\"c1\"/>"
                + id("6b5aea1a-874d-4603-a4bc-96a0a7b38446", "SubmissionSet01", patient, "XDSSubmissionSet.patientId")
                + id("96fdda7c-d067-4183-912e-bf5ee74998a8", "SubmissionSet01", Papers.LOCAL + ".2." + System.nanoTime(), "XDSSubmissionSet.uniqueId")
                + id("554ac39e-e3fe-47fe-b233-965d2a147832", "SubmissionSet01", Papers.LOCAL, "XDSSubmissionSet.sourceId") + "</RegistryPackage>";
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SubmitObjectsRequest xmlns=\"urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0\"><RegistryObjectList "
                + "xmlns=\"urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0\">" + entry + set
                + "<Association id=\"a1\" associationType=\"urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember\" sourceObject=\"SubmissionSet01\" targetObject=\"Document01\">"
                + slot("SubmissionSetStatus", "Original") + "</Association></RegistryObjectList></SubmitObjectsRequest>";
    }
}
