import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Identities that come from other domains: received, or scanned. */
final class Arrivals {
    private final Ledger ledger;
    private final Verifier verifier;
    private final Calls calls;

    Arrivals(Ledger ledger, Verifier verifier, Calls calls) {
        this.ledger = ledger;
        this.verifier = verifier;
        this.calls = calls;
    }

    private static Map<String, Object> outcome(String outcome, PatientFile file, Map<String, Object> verification, List<Object> alerts) {
        return Json.object("outcome", outcome, "patient_id", file == null ? null : file.id, "verification", verification, "alerts", alerts);
    }

    private PatientFile known(Map<String, String> t) {
        for (PatientFile file : ledger.files.values()) if (sameTraits(file, t)) return file;
        return null;
    }

    private static boolean sameTraits(PatientFile file, Map<String, String> t) {
        String here = file.get("birth_place"), there = t.get("birth_place");
        boolean elsewhere = here != null && there != null && !here.equals(there) && !here.equals("99999") && !there.equals("99999");
        return !(elsewhere && !Choices.wrong("birth-place-of-others-ignored")) && same(file, t, "birth_name") && same(file, t, "birth_date") && same(file, t, "sex")
                && (file.get("first_name").equals(t.get("first_name")) || Spelling.beginsWith(t.get("first_names"), file.get("first_name")) && t.get("first_names") != null);
    }

    private static boolean same(PatientFile file, Map<String, String> t, String field) {
        return file.get(field) != null && file.get(field).equals(t.get(field));
    }

    /** Received identity, with or without a document; see E19 to E22. */
    Map<String, Object> take(Actor actor, Map<String, Object> sent) {
        Map<String, String> t = new LinkedHashMap<>();
        for (String field : PatientFile.FIELDS) {
            String value = (String) sent.get(field);
            t.put(field, Spelling.blank(value) || field.startsWith("used_") ? null : field.contains("name") ? Spelling.plain(value.strip()) : value.strip());
        }
        if (t.get("first_name") == null && t.get("first_names") != null) t.put("first_name", Spelling.words(t.get("first_names")).get(0));
        String sender = String.valueOf(sent.get("sender")), document = (String) sent.get("document");
        boolean ins = t.get("matricule") != null && t.get("oid") != null;
        if (sent.containsKey("conflict")) {
            ledger.trouble(actor.name(), null, "ENVELOPPE_DISCORDANTE", document);
            return outcome("QUEUED", null, null, List.of(Json.object("code", "ENVELOPPE_DISCORDANTE", "message", "L'enveloppe et le document désignent deux personnes.")));
        }
        PatientFile known, holder = null;
        synchronized (ledger) {
            known = known(t);
            for (PatientFile file : ledger.files.values())
                if (ins && file.locked() && same(file, t, "matricule") && same(file, t, "oid")) holder = file;
            if (holder != null && !(Choices.wrong("known-ins-verified-again") && holder.status.equals("RECUP"))) return heldHere(actor, holder, t, sender, document);
            if (!ins) return withoutIns(actor, known, t, sender, document);
        }
        boolean shaped = Spelling.matricule(t.get("matricule")) && calls.oidFits(t.get("oid")) && Spelling.date(t.get("birth_date")) != null
                && t.get("birth_name") != null && t.get("first_name") != null;
        if (Choices.wrong("sender-believed") && "QUAL".equals(sent.get("status")) && known == null) {
            synchronized (ledger) {
                return outcome("CREATED", ledger.create(actor.name(), t, "RECUP", "reçue de " + sender, false), null, List.of());
            }
        }
        Map<String, Object> result = shaped ? verifier.ask(actor.name(), known == null ? null : known.id, t)
                : Json.object("outcome", "KO", "code", null, "message", "INS mal formée", "alerts", List.of());
        synchronized (ledger) {
            return judged(actor, known, t, sender, document, result);
        }
    }

    private Map<String, Object> heldHere(Actor actor, PatientFile holder, Map<String, String> t, String sender, String document) {
        List<Object> alerts = new ArrayList<>();
        boolean strict = sameTraits(holder, t) && (t.get("birth_place") == null || same(holder, t, "birth_place"))
                && (same(holder, t, "first_names") || Choices.wrong("second-given-name-not-compared"));
        if (Choices.wrong("attached-by-number")) strict = true;
        if (!strict) {
            alerts.add(Json.object("code", "TRAITS_DIFFERENTS", "message", "Même INS, autres traits."));
            ledger.trouble(actor.name(), holder.id, "TRAITS_DIFFERENTS", "Reçu de " + sender);
            return outcome("QUEUED", holder, null, alerts);
        }
        if (document == null) return outcome("UNCHANGED", holder, null, alerts);
        if (!holder.status.equals("QUAL")) {
            ledger.trouble(actor.name(), holder.id, "DOCUMENT_A_RATTACHER", document);
            return outcome("QUEUED", holder, null, alerts);
        }
        file(actor, holder, sender, document);
        return outcome("ATTACHED", holder, null, alerts);
    }

    private void file(Actor actor, PatientFile file, String sender, String document) {
        ledger.write(actor.name(), file.id, "document", "id", "DOC" + (ledger.events.size() + 1), "name", document, "sender", sender, "at", Ledger.moment(ledger.now()));
    }

    private Map<String, Object> withoutIns(Actor actor, PatientFile known, Map<String, String> t, String sender, String document) {
        if (document != null) ledger.trouble(actor.name(), known == null ? null : known.id, "DOCUMENT_A_RATTACHER", document);
        if (known != null) return outcome(document == null ? "UNCHANGED" : "QUEUED", known, null, List.of());
        return outcome("CREATED", bare(actor, t, sender), null, List.of());
    }

    private PatientFile bare(Actor actor, Map<String, String> t, String sender) {
        Map<String, String> traits = new LinkedHashMap<>(t);
        traits.put("matricule", null);
        traits.put("oid", null);
        if (traits.get("birth_place") == null) traits.put("birth_place", "99999");
        return ledger.create(actor.name(), traits, "PROV", "reçue de " + sender, false);
    }

    private Map<String, Object> judged(Actor actor, PatientFile known, Map<String, String> t, String sender, String document, Map<String, Object> result) {
        List<Object> alerts = new ArrayList<>();
        String said = (String) result.get("outcome");
        if (!said.equals("OK")) {
            alerts.add(Json.object("code", "INS_RECUE_NON_VERIFIEE", "message", "L'INS reçue n'est pas confirmée : " + said));
            PatientFile file = known;
            boolean creates = known == null && said.equals("KO") && !Choices.right("refuted-only-proposed") && t.get("birth_name") != null && t.get("first_name") != null;
            if (creates) file = bare(actor, t, sender);
            if (known != null && Choices.wrong("refuted-place-taken") && t.get("birth_place") != null) ledger.write(actor.name(), known.id, "trait", "field", "birth_place", "value", t.get("birth_place"));
            if (document != null && file != null && Choices.wrong("refuted-document-filed")) file(actor, file, sender, document);
            ledger.trouble(actor.name(), file == null ? null : file.id, "INS_RECUE_NON_VERIFIEE", document == null ? sender : document);
            result.put("patient_id", file == null ? null : file.id);
            return outcome(creates ? "CREATED" : known != null && document == null ? "UNCHANGED" : "QUEUED", file, result, alerts);
        }
        if (known == null) {
            PatientFile file = ledger.create(actor.name(), placed(t), Choices.wrong("verified-is-qualified") ? "QUAL" : "RECUP", "reçue de " + sender + ", vérifiée", false);
            if (document != null) queueOrFile(actor, file, sender, document);
            result.put("patient_id", file.id);
            return outcome("CREATED", file, result, alerts);
        }
        result.put("patient_id", known.id);
        boolean free = !known.locked() && !known.doubtful() && !Choices.right("known-is-queued");
        if (!free) {
            ledger.trouble(actor.name(), known.id, "IDENTITE_A_RAPPROCHER", "Reçue de " + sender);
            return outcome("QUEUED", known, result, alerts);
        }
        for (String field : PatientFile.STRICT)
            if (t.get(field) != null && !t.get(field).equals(known.get(field)))
                ledger.write(actor.name(), known.id, "trait", "field", field, "value", t.get(field), "why", "reçue de " + sender);
        ledger.status(actor.name(), known, known.status.equals("VALI") ? "QUAL" : "RECUP", "INS reçue et vérifiée");
        if (document != null) queueOrFile(actor, known, sender, document);
        return outcome("UPDATED", known, result, alerts);
    }

    private static Map<String, String> placed(Map<String, String> t) {
        Map<String, String> traits = new LinkedHashMap<>(t);
        if (traits.get("birth_place") == null) traits.put("birth_place", "99999");
        return traits;
    }

    private void queueOrFile(Actor actor, PatientFile file, String sender, String document) {
        if (file.status.equals("QUAL")) file(actor, file, sender, document);
        else ledger.trouble(actor.name(), file.id, "DOCUMENT_A_RATTACHER", document);
    }

    /** Read by block and length, never by looking for "S4": names may contain it. */
    Map<String, Object> scan(Actor actor, String content) {
        String header = "IS01" + "0".repeat(22);
        String text = content.startsWith("]d1") ? content.substring(3) : content;
        if (!text.startsWith(header)) throw new Refusal("CODE", "Ce n'est pas un datamatrix INS.");
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("sender", "DATAMATRIX");
        Map<String, Integer> sizes = Map.of("S1", 15, "S2", 20, "S3", 100, "S4", 100, "S5", 1, "S6", 10, "S7", 5);
        Map<String, String> fields = Map.of("S1", "matricule", "S2", "oid", "S3", "first_names", "S4", "birth_name", "S5", "sex", "S6", "birth_date", "S7", "birth_place");
        int at = header.length();
        while (at < text.length()) {
            if (at + 2 > text.length()) throw new Refusal("CODE", "Bloc tronqué.");
            String block = text.substring(at, at + 2);
            Integer size = sizes.get(block);
            if (size == null || identity.containsKey(fields.get(block))) throw new Refusal("CODE", "Bloc inconnu ou répété : " + block);
            at += 2;
            int end = Math.min(text.length(), at + size), stop = text.indexOf('\u001d', at);
            boolean variable = block.matches("S[234]");
            if (variable && stop >= 0 && stop < end) end = stop;
            if (!variable && end - at < size) throw new Refusal("CODE", "Bloc trop court : " + block);
            identity.put(fields.get(block), text.substring(at, end));
            at = end;
            if (at < text.length() && text.charAt(at) == '\u001d') at++;
        }
        String date = (String) identity.get("birth_date");
        if (date == null || !date.matches("\\d\\d-\\d\\d-\\d{4}")) throw new Refusal("CODE", "Date illisible.");
        identity.put("birth_date", date.substring(6) + "-" + date.substring(3, 5) + "-" + date.substring(0, 2));
        for (String field : List.of("matricule", "oid", "first_names", "birth_name", "sex"))
            if (Spelling.blank((String) identity.get(field))) throw new Refusal("CODE", "Bloc absent : " + field);
        if (!Spelling.matricule((String) identity.get("matricule"))) throw new Refusal("CODE", "Clé du matricule fausse.");
        return take(actor, identity);
    }
}
