import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What is seen: a file, the forms, the histories, the journal, the counters. */
final class Screens {
    private static final Map<String, String> SHORT = Map.of(
            "birth_name", "N. Nais.", "first_name", "Pr. 1", "birth_date", "DDN", "sex", "S.", "first_names", "Pr. Nais.", "used_name", "N. Ut.",
            "used_first_name", "Pr. Ut.", "birth_place", "INSEE Nais.", "matricule", "INS", "oid", "OID");
    private static final Map<String, String> LONG = Map.of(
            "birth_name", "Nom de naissance", "first_name", "1er prénom de naissance", "birth_date", "Date de naissance", "sex", "Sexe",
            "first_names", "Prénom(s) de naissance", "used_name", "Nom utilisé", "used_first_name", "Prénom utilisé",
            "birth_place", "Code INSEE du lieu de naissance", "matricule", "Matricule INS", "oid", "OID de l'INS");
    private static final List<String> ORDER = List.of(
            "sex", "birth_date", "birth_name", "used_name", "first_name", "used_first_name", "first_names", "birth_place", "oid", "matricule");
    private static final List<String> ALWAYS = List.of("birth_name", "first_name", "birth_date", "sex");
    private static final Map<String, String> STATUS =
            Map.of("PROV", "Identité provisoire", "RECUP", "Identité récupérée", "VALI", "Identité validée", "QUAL", "Identité qualifiée");
    private final Ledger ledger;

    Screens(Ledger ledger) {
        this.ledger = ledger;
    }

    static List<String> locked(PatientFile file, Actor actor) {
        if (Choices.wrong("lock-of-qualified-not-shown") && file.status.equals("QUAL")) return List.of("matricule", "oid");
        if (file.locked() && !actor.may("CHANGE_STRICT_TRAITS")) return PatientFile.STRICT;
        return List.of("matricule", "oid");
    }

    Map<String, Object> file(PatientFile file, Actor actor, boolean inList) {
        boolean identity = actor.may("READ_IDENTITY"), ins = actor.may("READ_INS") && !(inList && Choices.right("list-without-ins"));
        if (Choices.wrong("lists-show-ins-to-all") && inList) ins = true;
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", file.id);
        out.put("status", file.status);
        for (String field : PatientFile.FIELDS) {
            boolean number = field.equals("matricule") || field.equals("oid");
            out.put(field, identity && (ins || !number) ? file.get(field) : null);
        }
        out.put("attributes", new ArrayList<>(file.attributes));
        PatientFile.Proof proof = file.proof;
        String by = proof == null ? null : Choices.wrong("proof-by-creator") ? file.createdBy : proof.by();
        out.put("proof", proof == null ? null : Json.object("kind", proof.kind(), "recorded_at", Ledger.moment(proof.at()), "recorded_by", by));
        out.put("locked_fields", locked(file, actor));
        out.put("display_birth_date", identity ? Spelling.shown(file.get("birth_date")) : null);
        out.put("billing_number", identity ? file.billing : null);
        out.put("birth_date_uncertain", file.uncertain);
        out.put("screen", Json.object("banner", STATUS.get(file.status), "tabs", List.of("identité", "facturation", "documents")));
        return out;
    }

    private Map<String, Object> field(String name, String value, boolean editable, boolean mandatory, boolean visible) {
        String label = Choices.right("short-labels") ? SHORT.get(name) : LONG.get(name);
        if (Choices.right("labels-in-capitals")) label = label.toUpperCase();
        if (Choices.right("labels-with-colon")) label += " :";
        if (Choices.wrong("date-label-ambiguous") && name.equals("birth_date")) label = "Date";
        return Json.object("name", name, "label", label, "value", value, "editable", editable, "mandatory", mandatory, "always_visible", visible,
                "choices", name.equals("sex") ? List.of("F", "M", "I") : List.of());
    }

    List<Object> form(String form, PatientFile file, Actor actor) {
        List<Object> fields = new ArrayList<>();
        List<String> shown = new ArrayList<>(ALWAYS);
        String set = ledger.settings.get("displayed_fields");
        for (String name : set.split(",")) if (LONG.containsKey(name.strip()) && !shown.contains(name.strip())) shown.add(name.strip());
        switch (form) {
            case "PATIENT" -> {
                if (file == null) throw new Refusal("DOSSIER", "Quel dossier ?", "patient_id");
                actor.must("READ_IDENTITY");
                ledger.write(actor.name(), file.id, "seen", "where", "écran identité");
                List<String> locks = locked(file, actor);
                for (String name : ORDER) {
                    if (!shown.contains(name)) continue;
                    boolean number = name.equals("matricule") || name.equals("oid");
                    if (number && !actor.may("READ_INS")) continue;
                    String value = name.equals("birth_date") ? Spelling.shown(file.get(name)) : file.get(name);
                    if (name.equals("matricule") && value != null) {
                        String nature = "1.2.250.1.213.1.4.9".equals(file.get("oid")) && !Choices.wrong("always-a-nir") ? "NIA" : "NIR";
                        value += Choices.right("nature-in-brackets") ? " (" + nature + ")" : " " + nature;
                    }
                    boolean visible = !(Choices.wrong("sex-behind-a-tab") && name.equals("sex"));
                    fields.add(field(name, value, !locks.contains(name), ALWAYS.contains(name) || name.equals("birth_place"), visible));
                }
                fields.add(Json.object("name", "status", "label", "Statut de l'identité", "value", STATUS.get(file.status), "editable", false,
                        "always_visible", !Choices.wrong("status-behind-a-tab")));
                fields.add(Json.object("name", "billing_number", "label", Choices.wrong("billing-called-ins") ? "N° INS de facturation" : "N° de sécurité sociale (facturation)",
                        "value", file.billing, "editable", false, "always_visible", false));
            }
            case "CREATION" -> {
                for (String name : ORDER) {
                    if (name.equals("matricule") || name.equals("oid")) continue;
                    boolean mandatory = ALWAYS.contains(name) || name.equals("birth_place") || Choices.wrong("used-name-marked-mandatory") && name.equals("used_name");
                    fields.add(field(name, null, true, mandatory, true));
                }
            }
            case "SEARCH" -> {
                fields.add(Json.object("name", "birth_date", "label", "Né(e) le", "value", null, "editable", true, "mandatory", false, "always_visible", true));
                fields.add(Json.object("name", "name_prefix", "label", "Nom (début)", "value", null, "editable", true, "mandatory", false, "always_visible", true));
                fields.add(Json.object("name", "first_name_prefix", "label", "Prénom (début)", "value", null, "editable", true, "mandatory", false, "always_visible", true));
            }
            default -> {
                List<String> kinds = new ArrayList<>();
                for (String key : List.of("low_confidence_proofs", "high_confidence_proofs", "minor_proofs"))
                    Arrays.stream(ledger.settings.get(key).split(",")).map(String::strip).filter(k -> !k.isEmpty() && !kinds.contains(k)).forEach(kinds::add);
                String first = Choices.wrong("first-proof-selected") ? kinds.get(0) : null;
                fields.add(Json.object("name", "kind", "label", "Pièce présentée", "value", first, "editable", true, "mandatory", true, "always_visible", true, "choices", kinds));
            }
        }
        return fields;
    }

    List<Object> statuses(PatientFile file) {
        List<Object> out = new ArrayList<>();
        for (Event event : ledger.events)
            if (event.kind().equals("status") && file.id.equals(event.file()))
                out.add(Json.object("previous", event.data().get("from"), "status", event.data().get("to"), "at", Ledger.moment(event.at()),
                        "author", event.user(), "reason", event.data().get("reason"), "row", (double) event.number()));
        return out;
    }

    /** The journal: the table of events in the words of the software, one row for each. */
    List<Object> journal(Actor actor, String file) {
        boolean identity = actor.may("READ_IDENTITY"), ins = actor.may("READ_INS") || Choices.wrong("journal-shows-ins");
        List<Object> out = new ArrayList<>();
        for (Event event : ledger.events) {
            if (file != null && !file.equals(event.file())) continue;
            Map<String, Object> row = Json.object("at", Ledger.moment(event.at()), "user", event.user(), "patient_id", event.file());
            Map<String, Object> values = new LinkedHashMap<>();
            switch (event.kind()) {
                case "created" -> {
                    row.put("action", "DOSSIER_OUVERT");
                    for (String field : PatientFile.FIELDS) if (event.data().get(field) != null) values.put(field, event.data().get(field));
                    row.put("changes", masked(values, identity, ins));
                }
                case "trait" -> {
                    row.put("action", "TRAIT_MODIFIE");
                    values.put(event.text("field"), event.data().get("value") == null ? "" : event.text("value"));
                    row.put("changes", masked(values, identity, ins));
                    row.put("origin", event.data().get("why"));
                }
                case "insi" -> {
                    row.put("action", "INSI_CALL");
                    row.put("mode", event.data().get("mode"));
                    row.put("authentication", event.data().get("authentication"));
                    row.put("code", event.data().get("code"));
                    @SuppressWarnings("unchecked")
                    var returned = (Map<String, Object>) event.data().get("returned");
                    row.put("returned", masked(returned, identity, ins));
                }
                case "verified" -> {
                    row.put("action", "INSI_VERIFICATION");
                    row.put("authentication", event.data().get("authentication"));
                    row.put("code", event.data().get("code"));
                    row.put("result", event.data().get("outcome"));
                }
                case "seen" -> row.put("action", "CONSULTATION");
                case "status" -> row.put("action", "STATUT_" + event.text("to"));
                default -> row.put("action", event.kind().toUpperCase());
            }
            out.add(row);
        }
        return out;
    }

    private static Map<String, Object> masked(Map<String, Object> values, boolean identity, boolean ins) {
        Map<String, Object> out = new LinkedHashMap<>();
        values.forEach((field, value) -> {
            boolean number = field.equals("matricule") || field.equals("oid");
            if (number ? ins && identity : identity) out.put(field, value);
        });
        return out;
    }

    Map<String, Object> dashboard() {
        int calls = 0, failures = 0, qualified = 0;
        for (Event event : ledger.events) {
            if (!event.kind().equals("insi") && !event.kind().equals("verified")) continue;
            if (event.kind().equals("verified") && Choices.right("verifications-not-counted")) continue;
            calls++;
            if (Boolean.TRUE.equals(event.data().get("fault"))) failures++;
        }
        for (PatientFile file : ledger.files.values()) if (file.status.equals("QUAL") || Choices.wrong("recovered-counted-qualified") && file.status.equals("RECUP")) qualified++;
        return Json.object("insi_calls", calls, "insi_successes", calls - failures, "insi_failures", failures, "patients", ledger.files.size(), "qualified", qualified);
    }

    Map<String, Object> rights(String user) {
        return Json.object("rights", new TreeSet<>(Actor.of(user)));
    }
}
