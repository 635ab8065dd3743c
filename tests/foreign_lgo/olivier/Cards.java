import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The Vitale card in the reader, what was read of it, and the card in the telephone. */
final class Cards {
    record Reading(String id, Instant at, String number, List<Map<String, Object>> people) {
        Map<String, Object> person(String rank) {
            for (Map<String, Object> person : people) if (rank.equals(person.get("rank"))) return person;
            throw new Refusal("RANG", "Personne à ce rang sur la carte.");
        }
    }

    private static final List<String> SHOWN = List.of(
            "rank", "birth_name", "used_name", "first_name", "birth_date", "sex", "billing_number", "birth_rank", "own_number");
    private final Ledger ledger;
    private final Calls calls;
    private final Map<String, Reading> readings = new HashMap<>();
    private Map<String, Object> inReader;

    Cards(Ledger ledger, Calls calls) {
        this.ledger = ledger;
        this.calls = calls;
    }

    void forget() {
        readings.clear();
        inReader = null;
    }

    void swap(Map<String, Object> card) {
        inReader = card;
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> read(Map<String, Object> card) {
        inReader = card;
        var people = (List<Map<String, Object>>) card.get("beneficiaries");
        Reading reading = new Reading("LECT" + (readings.size() + 1), ledger.now(), (String) card.get("number"), people);
        readings.put(reading.id(), reading);
        List<Object> shown = new ArrayList<>();
        for (Map<String, Object> person : people) {
            Map<String, Object> line = new LinkedHashMap<>();
            for (String key : SHOWN) line.put(key, person.get(key));
            shown.add(line);
        }
        return Json.object("id", reading.id(), "beneficiaries", shown);
    }

    private Reading reading(String id) {
        Reading reading = readings.get(id);
        if (reading == null) throw new Refusal("LECTURE", "Relisez la carte.");
        return reading;
    }

    Calls.Call call(Actor actor, PatientFile file, String readingId, String rank) {
        Reading reading = reading(readingId);
        Map<String, Object> person = reading.person(rank), insured = reading.people().get(0);
        if (Choices.wrong("always-the-insured")) person = insured;
        String why = null;
        boolean same = inReader != null && reading.number().equals(inReader.get("number"));
        if (Choices.wrong("swap-seen-by-name-only") && inReader != null) same = same || inReader.toString().contains("birth_name=" + insured.get("birth_name"));
        if (!same) why = "La carte dans le lecteur n'est plus celle qui a été lue.";
        long limit = Choices.wrong("reading-good-for-an-hour") ? 60 : 20;
        if (Duration.between(reading.at(), ledger.now()).compareTo(Duration.ofMinutes(limit)) >= 0) why = "Lecture de plus de vingt minutes : relisez la carte.";
        String number = (String) insured.get("billing_number");
        if (Spelling.blank(number) || number.length() < 13) why = "La carte ne donne pas de numéro d'assuré.";
        String own = (String) person.get("own_number");
        String birthRank = (String) person.get("birth_rank");
        if (Choices.wrong("twins-by-rank-one")) birthRank = "1";
        Map<String, String> typed = new LinkedHashMap<>();
        for (String field : List.of("birth_name", "first_name", "birth_date", "sex")) typed.put(field, (String) person.get(field));
        for (String field : List.of("birth_name", "first_name"))
            if (!Spelling.blank(typed.get(field))) typed.put(field, Spelling.plain(typed.get(field)).strip());
        if (!Spelling.sendableName(typed.get("birth_name"))) typed.put("birth_name", null);
        Wire.Card card = why != null ? null : new Wire.Card(reading.number(), reading.at(), number.substring(0, 13),
                own == null ? null : own.substring(0, 13), (String) person.get("birth_date"), birthRank == null ? "1" : birthRank);
        Calls.Call call = calls.ask(actor, file, typed, card, why, true);
        call.mode = "VITALE";
        return call;
    }

    PatientFile attach(Actor actor, PatientFile file, String readingId, String rank) {
        actor.must("READ_IDENTITY");
        Map<String, Object> person = reading(readingId).person(rank);
        String number = (String) person.get("billing_number");
        ledger.write(actor.name(), file.id, "billing", "number", number);
        if (Choices.wrong("card-number-becomes-ins") && file.status.equals("PROV") && person.get("own_number") != null) {
            ledger.write(actor.name(), file.id, "trait", "field", "matricule", "value", person.get("own_number"));
            ledger.write(actor.name(), file.id, "trait", "field", "oid", "value", Spelling.OIDS_IN_USE.get(0));
        }
        if (Choices.wrong("used-name-from-card") && file.get("used_name") == null && person.get("used_name") != null)
            ledger.write(actor.name(), file.id, "trait", "field", "used_name", "value", person.get("used_name"));
        return file;
    }

    /** The Appli carte Vitale gives the INS itself: qualified, no call. */
    PatientFile app(Actor actor, Map<String, Object> identity, String fileId) {
        actor.must("READ_IDENTITY");
        Map<String, String> given = new LinkedHashMap<>();
        for (String field : PatientFile.STRICT) given.put(field, (String) identity.get(field));
        if (!Spelling.matricule(given.get("matricule")) || !calls.oidFits(given.get("oid"))) throw new Refusal("INS", "INS de l'application inexploitable.", "matricule");
        if (Spelling.date(given.get("birth_date")) == null) throw new Refusal("DATE", "Date de naissance incomplète.", "birth_date");
        PatientFile file = fileId == null ? null : ledger.file(fileId);
        if (file != null && file.doubtful()) throw new Refusal("ATTRIBUT_BLOQUANT", "Identité douteuse ou fictive.");
        if (file == null) {
            Map<String, String> traits = new LinkedHashMap<>(given);
            traits.put("first_name", Spelling.words(given.get("first_names")).get(0));
            for (String field : PatientFile.FIELDS) traits.putIfAbsent(field, null);
            if (traits.get("birth_place") == null) traits.put("birth_place", "99999");
            return ledger.create(actor.name(), traits, Choices.wrong("app-creates-recovered") ? "RECUP" : "QUAL", "appli carte Vitale", false);
        }
        for (String field : PatientFile.STRICT)
            if (given.get(field) != null && !given.get(field).equals(file.get(field)))
                ledger.write(actor.name(), file.id, "trait", "field", field, "value", given.get(field), "why", "appli carte Vitale");
        ledger.status(actor.name(), file, Choices.wrong("app-recovers-provisional") && file.status.equals("PROV") ? "RECUP" : "QUAL", "appli carte Vitale");
        return file;
    }
}
