import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The table of events, the files that they make, and the settings of the site. */
final class Ledger {
    final List<Event> events = new ArrayList<>();
    final Map<String, PatientFile> files = new LinkedHashMap<>();
    final Map<String, String> settings = new TreeMap<>();
    final List<Map<String, Object>> worklist = new ArrayList<>();
    final List<String> trusted = new ArrayList<>();
    String insiUrl;
    private Duration shift = Duration.ZERO;
    private long next;

    void empty(String url) {
        events.clear();
        files.clear();
        worklist.clear();
        trusted.clear();
        shift = Duration.ZERO;
        insiUrl = url;
        settings.clear();
        settings.put("insi_timeout_seconds", "10");
        settings.put("high_confidence_proofs",
                "PASSPORT,CNI,RESIDENCE_PERMIT,IDENTITE_NUMERIQUE_LA_POSTE,FRANCE_IDENTITE");
        settings.put("low_confidence_proofs", "BIRTH_CERTIFICATE,DRIVING_LICENCE,VITALE_CARD");
        settings.put("minor_proofs", "BIRTH_CERTIFICATE_AND_PARENT,FAMILY_BOOK_AND_PARENT,BIRTH_CERTIFICATE_AND_GUARDIAN,"
                + "FAMILY_BOOK_AND_GUARDIAN,MINOR_TRAVEL_DOCUMENT");
        settings.put("environment", "test");
        settings.put("displayed_fields", "");
        settings.put("document_kinds", "VACCINATION_NOTE,PRESCRIPTION,LABEL");
        settings.put("printed_traits", "");
        if (!Choices.right("no-automatic-validation")) settings.put("automatic_validation", "false");
    }

    Instant now() {
        return Instant.now().plus(shift);
    }

    void setClock(Instant moment) {
        shift = moment == null ? Duration.ZERO : Duration.between(Instant.now(), moment);
    }

    String newId() {
        next++;
        if (Choices.right("ids-of-other-shape")) return "Dossier n° " + next + "/" + (next * 7 % 10) + " ✓";
        return "OLV" + Long.toString(1_000_000 + next * 31, 36).toUpperCase();
    }

    Event write(String user, String file, String kind, Object... pairs) {
        Event event = new Event(events.size() + 1, now(), user, file, kind, Json.object(pairs));
        events.add(event);
        if (file != null && files.containsKey(file)) files.get(file).apply(event);
        return event;
    }

    PatientFile file(String id) {
        PatientFile file = files.get(id);
        if (file == null) throw new Refusal.Absent("aucun dossier " + id);
        return file;
    }

    String opened;

    /** A new file; nothing is written before all is checked. */
    PatientFile create(String user, Map<String, String> traits, String status, String reason, boolean uncertain) {
        PatientFile file = new PatientFile(newId());
        files.put(file.id, file);
        Map<String, Object> data = new LinkedHashMap<>(traits);
        data.put("uncertain", uncertain);
        Event event = new Event(events.size() + 1, now(), user, file.id, "created", data);
        events.add(event);
        file.apply(event);
        status(user, file, status, reason);
        return file;
    }

    void status(String user, PatientFile file, String to, String reason) {
        if (to.equals(file.status)) return;
        if (Choices.wrong("history-misses-attributes") && reason.startsWith("attribut") && file.status.equals("VALI")) {
            file.status = to;
            return;
        }
        String from = file.status;
        if (Choices.wrong("history-previous-always-prov") && from != null) from = "PROV";
        String author = Choices.wrong("history-author-is-creator") ? file.createdBy : user;
        write(author, file.id, "status", "from", from, "to", to, "reason", reason);
    }

    void clearIns(String user, PatientFile file) {
        if (file.get("matricule") == null && file.get("oid") == null) return;
        write(user, file.id, "trait", "field", "matricule", "value", null, "why", "INS invalidée");
        if (Choices.wrong("oid-outlives-super-user-change") && file.status.equals("QUAL") && !file.doubtful()) return;
        write(user, file.id, "trait", "field", "oid", "value", null, "why", "INS invalidée");
    }

    void trouble(String user, String file, String reason, String message) {
        worklist.add(Json.object("id", "T" + (worklist.size() + 1), "reason", reason, "message", message,
                "patient_id", file, "at", moment(now()), "author", user));
    }

    static String moment(Instant at) {
        if (Choices.right("moments-in-utc")) return at.toString();
        return at.atZone(java.time.ZoneId.of("Europe/Paris")).truncatedTo(java.time.temporal.ChronoUnit.MILLIS)
                .format(java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME);
    }
}
