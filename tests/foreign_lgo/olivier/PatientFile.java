import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A patient file as its events tell it. */
final class PatientFile {
    static final List<String> FIELDS = List.of(
            "matricule", "oid", "birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place",
            "used_name", "used_first_name");
    static final List<String> STRICT =
            List.of("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place");

    record Proof(String kind, Instant at, String by) {}

    final String id;
    final Map<String, String> traits = new LinkedHashMap<>();
    final Set<String> attributes = new LinkedHashSet<>();
    final List<Map<String, Object>> former = new ArrayList<>();
    final List<Map<String, Object>> documents = new ArrayList<>();
    final Set<String> opposed = new LinkedHashSet<>();
    String status;
    String beforeDoubt;
    Proof proof;
    boolean proofCounts;
    String billing;
    boolean uncertain;
    String createdBy;

    PatientFile(String id) {
        this.id = id;
    }

    String get(String field) {
        return traits.get(field);
    }

    boolean locked() {
        return status.equals("RECUP") || status.equals("QUAL");
    }

    boolean doubtful() {
        return attributes.contains("DOUTEUSE") || attributes.contains("FICTIVE");
    }

    @SuppressWarnings("unchecked")
    void apply(Event event) {
        switch (event.kind()) {
            case "created" -> {
                createdBy = event.user();
                for (String field : FIELDS) traits.put(field, (String) event.data().get(field));
                uncertain = Boolean.TRUE.equals(event.data().get("uncertain"));
            }
            case "trait" -> {
                traits.put(event.text("field"), event.text("value"));
                if (event.text("field").equals("birth_date") && !Choices.wrong("true-date-stays-uncertain")) uncertain = false;
            }
            case "status" -> status = event.text("to");
            case "attributes" -> {
                attributes.clear();
                attributes.addAll((List<String>) event.data().get("set"));
                if (doubtful() && !Choices.right("old-proof-counts")) proofCounts = false;
            }
            case "proof" -> {
                proof = new Proof(event.text("kind"), event.at(), event.user());
                proofCounts = true;
            }
            case "former" -> {
                former.clear();
                former.addAll((List<Map<String, Object>>) event.data().get("list"));
            }
            case "billing" -> billing = event.text("number");
            case "document" -> documents.add(event.data());
            case "opposition" -> {
                opposed.clear();
                opposed.addAll((List<String>) event.data().get("channels"));
            }
            default -> { }
        }
    }
}
