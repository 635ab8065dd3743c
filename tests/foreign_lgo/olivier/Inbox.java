import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipInputStream;
import org.w3c.dom.Element;

/** Messages of other domains, read down to the identity that they carry. */
final class Inbox {
    private static final Set<String> INS = Set.of("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11");

    private Inbox() {}

    /** The identity, with "document" when a health document comes along. */
    static Map<String, Object> read(String name, String format, byte[] content, String sender) {
        Map<String, Object> identity = new LinkedHashMap<>();
        try {
            switch (format) {
                case "HL7V2" -> hl7(text(content), identity, name);
                case "CDA" -> cda(content, identity, name);
                case "FHIR" -> fhir(Json.readObject(text(content)), identity, name);
                case "MSSANTE" -> mail(text(content), identity, name);
                default -> throw new Refusal("FORMAT", "Ce format n'est pas lu : " + format);
            }
        } catch (Refusal refusal) {
            throw refusal;
        } catch (Exception unreadable) {
            throw new Refusal("ILLISIBLE", "Message illisible.");
        }
        identity.put("sender", sender);
        return identity;
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    private static String date(String compact) {
        if (compact == null || compact.length() < 8) return compact;
        return compact.substring(0, 4) + "-" + compact.substring(4, 6) + "-" + compact.substring(6, 8);
    }

    private static String part(String[] parts, int at) {
        return at < parts.length && !parts[at].isEmpty() ? parts[at] : null;
    }

    /** Whether a document inside names somebody else than its envelope. */
    private static void compare(Map<String, Object> out, byte[] inside) throws Exception {
        if (!text(inside).contains("ClinicalDocument") || Choices.wrong("document-inside-not-opened")) return;
        Map<String, Object> other = new LinkedHashMap<>();
        cda(inside, other, "");
        for (String field : List.of("matricule", "birth_name", "birth_date", "sex"))
            if (!String.valueOf(other.get(field)).equals(String.valueOf(out.get(field)))) out.put("conflict", "true");
    }

    private static void hl7(String text, Map<String, Object> out, String name) throws Exception {
        boolean found = false;
        for (String line : text.split("[\r\n]+")) {
            String[] f = line.split("\\|", -1);
            if (f[0].equals("OBX") || f[0].equals("TXA")) out.put("document", name);
            if (!f[0].equals("PID") || f.length < 9) continue;
            found = true;
            for (String repeated : f[3].split("~")) {
                String[] cx = repeated.split("\\^", -1);
                String[] authority = cx.length > 3 ? cx[3].split("&", -1) : new String[0];
                if (authority.length > 1 && INS.contains(authority[1])) {
                    out.put("matricule", cx[0]);
                    out.put("oid", authority[1]);
                }
            }
            for (String repeated : f[5].split("~")) {
                String[] xpn = repeated.split("\\^", -1);
                boolean legal = "L".equals(part(xpn, 6));
                if (!legal && out.containsKey("birth_name")) continue;
                out.put("birth_name", part(xpn, 0));
                out.put("first_name", part(xpn, 1));
                out.put("first_names", part(xpn, 2));
                if (legal) break;
            }
            out.put("birth_date", date(part(f, 7)));
            out.put("sex", part(f, 8));
            if (f.length > 11) for (String repeated : f[11].split("~")) {
                String[] xad = repeated.split("\\^", -1);
                if ("BDL".equals(part(xad, 6))) out.put("birth_place", part(xad, 8));
            }
        }
        for (String line : text.split("[\r\n]+")) {
            String[] f = line.split("\\|", -1);
            if (!f[0].equals("OBX") || f.length < 6) continue;
            for (String part : f[5].split("\\^"))
                if (part.length() > 200 && part.matches("[A-Za-z0-9+/=\\s]+")) compare(out, Base64.getMimeDecoder().decode(part));
        }
        if (!found) throw new Refusal("ILLISIBLE", "Pas de segment PID.");
    }

    private static void cda(byte[] content, Map<String, Object> out, String name) throws Exception {
        Element root = Wire.parse(content).getDocumentElement();
        Element role = Wire.all(root, "*", "patientRole").get(0);
        for (Element id : Wire.all(role, "*", "id"))
            if (INS.contains(id.getAttribute("root")) && !id.getAttribute("extension").isEmpty()) {
                out.put("matricule", id.getAttribute("extension"));
                out.put("oid", id.getAttribute("root"));
            }
        for (Element family : Wire.all(role, "*", "family")) if (family.getAttribute("qualifier").equals("BR")) out.put("birth_name", family.getTextContent());
        for (Element given : Wire.all(role, "*", "given")) {
            if (given.getAttribute("qualifier").equals("BR")) out.put("first_name", given.getTextContent());
            if (given.getAttribute("qualifier").isEmpty()) out.put("first_names", given.getTextContent());
        }
        for (Element birth : Wire.all(role, "*", "birthTime")) out.put("birth_date", date(birth.getAttribute("value")));
        for (Element sex : Wire.all(role, "*", "administrativeGenderCode")) out.put("sex", sex.getAttribute("code"));
        for (Element county : Wire.all(role, "*", "county")) out.put("birth_place", county.getTextContent());
        out.put("document", name);
    }

    @SuppressWarnings("unchecked")
    private static void fhir(Map<String, Object> resource, Map<String, Object> out, String name) throws Exception {
        if (resource.get("entry") instanceof List<?> entries) {
            for (Object entry : entries) {
                var inner = (Map<String, Object>) ((Map<String, Object>) entry).get("resource");
                String type = String.valueOf(inner.get("resourceType"));
                if (type.equals("Patient")) patient(inner, out);
                else if (Set.of("DocumentReference", "Composition", "Binary", "DiagnosticReport").contains(type)) out.put("document", name);
            }
        } else patient(resource, out);
        if (out.get("birth_name") == null) throw new Refusal("ILLISIBLE", "Pas de Patient.");
        var data = java.util.regex.Pattern.compile("\"data\": \"([A-Za-z0-9+/=]+)\"").matcher(Json.write(resource));
        while (data.find()) compare(out, Base64.getDecoder().decode(data.group(1)));
    }

    @SuppressWarnings("unchecked")
    private static void patient(Map<String, Object> patient, Map<String, Object> out) {
        for (Object each : (List<Object>) patient.getOrDefault("identifier", List.of())) {
            var id = (Map<String, Object>) each;
            String system = String.valueOf(id.get("system")).replace("urn:oid:", "");
            if (INS.contains(system) && !"old".equals(id.get("use"))) {
                out.put("matricule", id.get("value"));
                out.put("oid", system);
            }
        }
        for (Object each : (List<Object>) patient.getOrDefault("name", List.of())) {
            var name = (Map<String, Object>) each;
            if (!"official".equals(name.get("use"))) continue;
            out.put("birth_name", name.get("family"));
            out.put("first_name", ((List<Object>) name.getOrDefault("given", List.of(""))).get(0));
            for (Object extension : (List<Object>) name.getOrDefault("extension", List.of())) {
                var e = (Map<String, Object>) extension;
                if (String.valueOf(e.get("url")).endsWith("birth-list-given-name")) out.put("first_names", e.get("valueString"));
            }
        }
        out.put("birth_date", patient.get("birthDate"));
        out.put("sex", Map.of("male", "M", "female", "F").get(String.valueOf(patient.get("gender"))));
        String place = Json.write(patient.get("extension"));
        var matcher = java.util.regex.Pattern.compile("TRE-R13-Commune[^}]*?\"code\": \"([0-9AB]{5})\"").matcher(place);
        if (matcher.find()) out.put("birth_place", matcher.group(1));
    }

    /** A mail: the CDA in the zip among its parts. */
    private static void mail(String text, Map<String, Object> out, String name) throws Exception {
        var boundaries = java.util.regex.Pattern.compile("boundary=\"?([^\"\\s;]+)\"?").matcher(text);
        while (boundaries.find()) {
            for (String part : text.split(java.util.regex.Pattern.quote("--" + boundaries.group(1)))) {
                int blank = part.replace("\r\n", "\n").indexOf("\n\n", 1);
                if (blank < 0) continue;
                String clean = part.replace("\r\n", "\n"), head = clean.substring(0, blank).toLowerCase();
                if (!head.contains("base64")) continue;
                byte[] bytes;
                try {
                    bytes = Base64.getMimeDecoder().decode(clean.substring(blank));
                } catch (IllegalArgumentException no) {
                    continue;
                }
                if (bytes.length > 3 && bytes[0] == 'P' && bytes[1] == 'K' && unzipped(bytes, out, name)) return;
            }
        }
        throw new Refusal("SANS_CDA", "Ce message ne porte pas de document structuré.");
    }

    private static boolean unzipped(byte[] bytes, Map<String, Object> out, String name) throws Exception {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            int entries = 0;
            String metadata = "";
            boolean read = false;
            for (var entry = zip.getNextEntry(); entry != null && entries++ < 50; entry = zip.getNextEntry()) {
                byte[] content = zip.readNBytes(5_000_000);
                if (entry.getName().toUpperCase().endsWith(".XML") && new String(content, StandardCharsets.UTF_8).contains("ClinicalDocument")) {
                    cda(content, out, name);
                    read = true;
                } else if (entry.getName().toUpperCase().endsWith("METADATA.XML")) metadata = new String(content, StandardCharsets.UTF_8);
            }
            if (read) {
                var ids = java.util.regex.Pattern.compile("([0-9AB]{15})\\^\\^\\^&amp;(1\\.2\\.250\\.1\\.213\\.1\\.4\\.\\d+)").matcher(metadata);
                while (ids.find()) if (!ids.group(1).equals(out.get("matricule")) || !ids.group(2).equals(out.get("oid"))) out.put("conflict", "true");
                return true;
            }
        } catch (IOException broken) {
            throw new Refusal("ILLISIBLE", "Archive illisible.");
        }
        return false;
    }
}
