import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What leaves the software: paper, HL7 v2, CDA, FHIR, the export. The INS only of qualified identities. */
final class Papers {
    private static final Charset WIN = Charset.forName("windows-1252");
    static final String LOCAL = "1.2.250.1.999.77";
    private static final String XMP = "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
            + "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">"
            + "<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";
    private final Ledger ledger;

    Papers(Ledger ledger) {
        this.ledger = ledger;
    }

    private static boolean qualified(PatientFile file) {
        if (Choices.wrong("paper-of-recovered-with-ins") && file.status.equals("RECUP")) return true;
        return file.status.equals("QUAL");
    }

    static String nature(PatientFile file) {
        return "1.2.250.1.213.1.4.9".equals(file.get("oid")) && !Choices.wrong("always-a-nir") ? "NIA" : "NIR";
    }

    private String today(String pattern) {
        return ledger.now().atZone(ZoneId.of("Europe/Paris")).format(DateTimeFormatter.ofPattern(pattern));
    }

    private static Map<String, Object> document(String name, String format, byte[] content) {
        return Json.object("name", name, "format", format, "content", Base64.getEncoder().encodeToString(content), "size", content.length);
    }

    static String digits(PatientFile file) {
        return Integer.toString(Math.abs(file.id.hashCode() % 1_000_000));
    }

    Map<String, Object> print(Actor actor, PatientFile file, String kind) {
        actor.must("READ_IDENTITY");
        if (qualified(file)) actor.must("READ_INS");
        if (!Arrays.asList(ledger.settings.get("document_kinds").split(",")).contains(kind)) throw new Refusal("DOCUMENT", "Document inconnu : " + kind);
        List<String[]> lines = new ArrayList<>();
        lines.add(new String[] {"Nom de naissance", file.get("birth_name")});
        lines.add(new String[] {"1er prénom de naissance", file.get("first_name")});
        lines.add(new String[] {"Date de naissance", Spelling.shown(file.get("birth_date"))});
        boolean words = Choices.right("sex-in-words");
        lines.add(new String[] {"Sexe", !words ? file.get("sex") : file.get("sex").equals("F") ? "Féminin" : file.get("sex").equals("M") ? "Masculin" : "Indéterminé"});
        for (String trait : ledger.settings.get("printed_traits").split(",")) {
            String label = Map.of("used_name", "Nom utilisé", "used_first_name", "Prénom utilisé", "birth_place", "Code INSEE du lieu de naissance",
                    "first_names", "Prénom(s) de naissance").get(trait.strip());
            if (label != null && file.get(trait.strip()) != null) lines.add(new String[] {label, file.get(trait.strip())});
        }
        boolean ins = qualified(file) && !(Choices.wrong("labels-without-ins") && kind.equals("LABEL"));
        if (ins) {
            String number = file.get("matricule");
            if (Choices.right("number-in-groups"))
                number = String.join(" ", number.substring(0, 1), number.substring(1, 3), number.substring(3, 5), number.substring(5, 7), number.substring(7, 10),
                        number.substring(10, 13), number.substring(13));
            lines.add(new String[] {"Matricule INS", number + " " + nature(file)});
        }
        if (Choices.right("ins-first-on-paper") && ins) lines.add(0, lines.remove(lines.size() - 1));
        if (ins) ledger.write(actor.name(), file.id, "seen", "where", "impression " + kind);
        return document(kind.toLowerCase() + "-" + digits(file) + ".pdf", "PDF", pdf(kind, lines, ins ? Symbol.draw(payload(file)) : null));
    }

    static String payload(PatientFile file) {
        String gs = "\u001d", oid = file.get("oid");
        StringBuilder out = new StringBuilder("IS01" + "0".repeat(22) + "S1" + file.get("matricule"));
        String birth = file.get("birth_date");
        String day = "S6" + birth.substring(8) + "-" + birth.substring(5, 7) + "-" + birth.substring(0, 4);
        if (Choices.right("symbol-blocks-otherwise")) out.append("S5").append(file.get("sex")).append(day);
        out.append("S2").append(oid);
        if (oid.length() < 20 && !Choices.wrong("no-separator-after-oid")) out.append(gs);
        String list = Choices.wrong("first-name-in-the-symbol") ? file.get("first_name") : file.get("first_names");
        out.append("S3").append(list).append(list.length() < 100 ? gs : "");
        if (!Choices.right("symbol-blocks-otherwise")) {
            out.append("S4").append(file.get("birth_name")).append(file.get("birth_name").length() < 100 ? gs : "").append("S5").append(file.get("sex")).append(day);
            if (!"99999".equals(file.get("birth_place"))) out.append("S7").append(file.get("birth_place"));
        } else {
            if (!"99999".equals(file.get("birth_place"))) out.append("S7").append(file.get("birth_place"));
            out.append("S4").append(file.get("birth_name"));
        }
        return out.toString();
    }

    private byte[] pdf(String kind, List<String[]> lines, boolean[][] symbol) {
        StringBuilder page = new StringBuilder();
        write(page, 16, 50, 800, "PHARMACIE DE L'OLIVIER - " + kind.replace('_', ' '));
        int y = 770;
        for (String[] line : lines) {
            if (Choices.right("labels-above-values")) {
                write(page, 8, 50, y, line[0]);
                write(page, 10, 50, y - 11, line[1]);
                y -= 28;
            } else {
                write(page, 10, 50, y, line[0] + " : " + line[1]);
                y -= 16;
            }
        }
        write(page, 9, 50, y - 20, "Imprimé le " + today("dd/MM/yyyy") + " pour le dossier " + kind.toLowerCase());
        if (symbol != null) {
            write(page, 7, 50, 420, "INS à scanner");
            double unit = 2.0;
            page.append("0 g\n");
            for (int r = 0; r < symbol.length; r++)
                for (int c = 0; c < symbol.length; c++)
                    if (symbol[r][c]) page.append(String.format(java.util.Locale.ROOT, "%.2f %.2f %.2f %.2f re\n", 50 + c * unit, 405 - r * unit, unit, unit));
            page.append("f\n");
        }
        byte[] content = page.toString().getBytes(WIN);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Integer> offsets = new ArrayList<>();
        put(out, "%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n");
        String[] objects = {
            "<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>", null,
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            "<< /Type /Metadata /Subtype /XML /Length " + XMP.length() + " >>\nstream\n" + XMP + "\nendstream"};
        for (int i = 0; i < objects.length; i++) {
            offsets.add(out.size());
            put(out, (i + 1) + " 0 obj\n");
            if (objects[i] != null) put(out, objects[i]);
            else {
                put(out, "<< /Length " + content.length + " >>\nstream\n");
                out.writeBytes(content);
                put(out, "\nendstream");
            }
            put(out, "\nendobj\n");
        }
        int start = out.size();
        put(out, "xref\n0 7\n0000000000 65535 f \n");
        for (int offset : offsets) put(out, String.format("%010d 00000 n \n", offset));
        put(out, "trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n" + start + "\n%%EOF\n");
        return out.toByteArray();
    }

    private static void write(StringBuilder page, int size, int x, int y, String text) {
        page.append("BT /F1 ").append(size).append(" Tf ").append(x).append(' ').append(y).append(" Td (")
                .append(text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")).append(") Tj ET\n");
    }

    private static void put(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Map<String, Object> message(Actor actor, PatientFile file, String format) {
        actor.must("READ_IDENTITY");
        boolean ins = qualified(file);
        if (ins && !Choices.wrong("messages-show-ins-to-all")) actor.must("READ_INS");
        if (ins) ledger.write(actor.name(), file.id, "seen", "where", "message " + format);
        return switch (format) {
            case "HL7V2" -> document("adt-" + digits(file) + ".hl7", format, hl7(file, ins).getBytes(StandardCharsets.UTF_8));
            case "CDA" -> document("note-" + digits(file) + ".xml", format, cda(file, ins).getBytes(StandardCharsets.UTF_8));
            case "FHIR" -> document("patient-" + digits(file) + ".json", format, Json.write(fhir(file, ins)).getBytes(StandardCharsets.UTF_8));
            default -> throw new Refusal("FORMAT", "Ce logiciel n'écrit pas de " + format + ".");
        };
    }

    private String hl7(PatientFile file, boolean ins) {
        String local = digits(file) + "^^^OLIVIER&" + LOCAL + "&ISO^PI";
        String number = ins ? file.get("matricule") + "^^^ASIP-SANTE-INS-" + nature(file) + "&" + file.get("oid") + "&ISO^INS" : null;
        String ids = number == null ? local : Choices.right("ins-first-in-messages") ? number + "~" + local : local + "~" + number;
        String list = file.get("first_names") == null ? "" : file.get("first_names");
        String name = file.get("birth_name") + "^" + file.get("first_name") + "^" + list + "^^^^L";
        if (file.get("used_name") != null) name += "~" + file.get("used_name") + "^" + (file.get("used_first_name") == null ? file.get("first_name") : file.get("used_first_name")) + "^^^^^D";
        String place = "99999".equals(file.get("birth_place")) ? "" : "^^^^^^BDL^^" + file.get("birth_place");
        String reliability = file.status.equals("QUAL") || file.status.equals("VALI") ? "VALI" : "PROV";
        if (Choices.wrong("status-as-qual-in-messages") && file.status.equals("QUAL")) reliability = "PROV";
        String sex = file.get("sex").equals("I") ? "U" : file.get("sex");
        String pid = "PID|1||" + ids + "||" + name + "||" + file.get("birth_date").replace("-", "") + "|" + sex + "|||" + place + "|".repeat(21) + reliability;
        String now = today("yyyyMMddHHmmss");
        return "MSH|^~\\&|OLIVIER|PHARMACIE|RECEPTEUR|SITE|" + now + "||ADT^A28^ADT_A05|" + file.id.hashCode() + "|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM\r"
                + "EVN||" + now + "\r" + pid + "\rPV1|1|N\r";
    }

    private String cda(PatientFile file, boolean ins) {
        String number = ins ? "<id root=\"" + file.get("oid") + "\" extension=\"" + file.get("matricule") + "\"/>" : "";
        String local = "<id root=\"" + LOCAL + "\" extension=\"" + digits(file) + "\"/>";
        String list = file.get("first_names") == null || Choices.wrong("cda-without-list") ? "" : "<given>" + Wire.text(file.get("first_names")) + "</given>";
        String used = file.get("used_name") == null ? "" : "<family qualifier=\"CL\">" + Wire.text(file.get("used_name")) + "</family>";
        String usedFirst = file.get("used_first_name") == null ? "" : "<given qualifier=\"CL\">" + Wire.text(file.get("used_first_name")) + "</given>";
        String place = "99999".equals(file.get("birth_place")) ? "" : "<birthplace><place><addr><county>" + file.get("birth_place") + "</county></addr></place></birthplace>";
        String sex = file.get("sex").equals("I") ? "UN" : file.get("sex");
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>"
                + "<id root=\"" + LOCAL + ".1." + digits(file) + "\"/><code code=\"87273-9\" codeSystem=\"2.16.840.1.113883.6.1\"/><title>Note de vaccination</title>"
                + "<effectiveTime value=\"" + today("yyyyMMddHHmmssZ") + "\"/><confidentialityCode code=\"N\" codeSystem=\"2.16.840.1.113883.5.25\"/><languageCode code=\"fr-FR\"/>"
                + "<recordTarget><patientRole>" + (Choices.right("ins-first-in-messages") ? number + local : local + number) + "<patient><name>" + used
                + "<family qualifier=\"BR\">" + Wire.text(file.get("birth_name")) + "</family>" + list + "<given qualifier=\"BR\">" + Wire.text(file.get("first_name"))
                + "</given>" + usedFirst + "</name><administrativeGenderCode code=\"" + sex + "\" codeSystem=\"2.16.840.1.113883.5.1\"/><birthTime value=\""
                + file.get("birth_date").replace("-", "") + "\"/>" + place + "</patient></patientRole></recordTarget><component><structuredBody><component><section>"
                + "<title>Vaccin</title><text>Vaccin administré.</text></section></component></structuredBody></component></ClinicalDocument>\n";
    }

    private Map<String, Object> fhir(PatientFile file, boolean ins) {
        String base = "https://hl7.fr/ig/fhir/core/";
        List<Object> ids = new ArrayList<>();
        ids.add(Json.object("use", "usual", "type", Json.object("coding", List.of(Json.object("system", "http://terminology.hl7.org/CodeSystem/v2-0203", "code", "PI"))),
                "system", "urn:oid:" + LOCAL, "value", digits(file)));
        if (ins) {
            String code = file.get("oid").endsWith(".10") ? "INS-NIR-TEST" : file.get("oid").endsWith(".11") ? "INS-NIR-DEMO" : "INS-" + nature(file);
            ids.add(Json.object("use", "official", "type", Json.object("coding", List.of(Json.object("system", base + "CodeSystem/fr-core-cs-v2-0203", "code", code))),
                    "system", "urn:oid:" + file.get("oid"), "value", file.get("matricule")));
        }
        Map<String, Object> name = new LinkedHashMap<>();
        name.put("use", "official");
        name.put("family", file.get("birth_name"));
        name.put("given", List.of(file.get("first_name")));
        if (file.get("first_names") != null)
            name.put("extension", List.of(Json.object("url", base + "StructureDefinition/fr-core-patient-birth-list-given-name", "valueString", file.get("first_names"))));
        List<Object> names = new ArrayList<>(List.of(name));
        if (file.get("used_name") != null) names.add(0, Json.object("use", "usual", "family", file.get("used_name"),
                "given", List.of(file.get("used_first_name") == null ? file.get("first_name") : file.get("used_first_name"))));
        List<Object> extensions = new ArrayList<>();
        String status = file.status.equals("QUAL") || file.status.equals("VALI") ? "VALI" : "PROV";
        extensions.add(Json.object("url", base + "StructureDefinition/fr-core-identity-reliability", "extension",
                reliability(file, Json.object("url", "dateCollection", "valueDate", today("yyyy-MM-dd")), Json.object("url", "methodCollection", "valueCoding", Json.object("system", base + "CodeSystem/fr-core-cs-method-collection", "code", file.locked() ? "INSI" : "SM")),
                        Json.object("url", "identityStatus", "valueCoding", Json.object("system", base + "CodeSystem/fr-core-cs-v2-0445", "code", status)))));
        extensions.add(Json.object("url", "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress", Json.object("extension",
                List.of(Json.object("url", base + "StructureDefinition/fr-core-address-insee-code", "valueCoding",
                        Json.object("system", "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM", "code", file.get("birth_place")))))));
        String gender = Map.of("M", "male", "F", "female").getOrDefault(file.get("sex"), "unknown");
        return Json.object("resourceType", "Patient", "meta", Json.object("profile", List.of(base + "StructureDefinition/fr-core-patient" + (ins ? "-ins" : ""))),
                "extension", extensions, "identifier", ids, "name", names, "gender", gender, "birthDate", file.get("birth_date"));
    }

    @SafeVarargs
    private List<Object> reliability(PatientFile file, Map<String, Object>... parts) {
        List<Object> out = new ArrayList<>(List.of(parts));
        out.add(Json.object("url", "lastUpdated", "valueDate", today("yyyy-MM-dd")));
        if (file.status.equals("QUAL") || file.status.equals("VALI")) out.add(Json.object("url", "validationDate", "valueDate", today("yyyy-MM-dd")));
        return out;
    }

    /** The export for another software: a table of all files. */
    Object export(Actor actor) {
        actor.must("READ_IDENTITY");
        actor.must("READ_INS");
        List<String> columns = new ArrayList<>(PatientFile.FIELDS);
        if (Choices.right("export-columns-otherwise")) java.util.Collections.reverse(columns);
        StringBuilder out = new StringBuilder("dossier;statut;" + String.join(";", columns) + "\r\n");
        for (PatientFile file : ledger.files.values()) {
            boolean ins = qualified(file);
            out.append('"').append(file.id).append("\";").append(file.status);
            for (String field : columns) {
                boolean number = field.equals("matricule") || field.equals("oid");
                String value = number && !ins || file.get(field) == null ? "" : file.get(field);
                if (Choices.wrong("export-loses-oid") && field.equals("oid")) value = "";
                out.append(";\"").append(value.replace("\"", "\"\"")).append('"');
            }
            out.append("\r\n");
            if (ins) ledger.write(actor.name(), file.id, "seen", "where", "export");
        }
        return Json.object("documents", List.of(document("patients.csv", "CSV", out.toString().getBytes(StandardCharsets.UTF_8))));
    }
}
