import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Searches at INSi: they wait in a queue; what comes back is proposed, then decided. */
final class Calls {
    static final class Call {
        String id, file, user, mode, code, message, outcome;
        Map<String, String> typed = new LinkedHashMap<>();
        Map<String, String> found = Map.of();
        List<Map<String, Object>> former = List.of();
        final List<Map<String, Object>> alerts = new ArrayList<>();
        Wire.Card card;
        boolean decided;
        CompletableFuture<Call> end = new CompletableFuture<>();

        Map<String, Object> view() {
            return Json.object("id", id, "outcome", outcome, "patient_id", file, "code", code, "message", message,
                    "alerts", alerts, "candidates", List.of(), "queue", "insi-1");
        }
    }

    private static final List<String> FED = List.of("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place");
    private final Ledger ledger;
    private final Wire wire;
    private final Map<String, Call> calls = new HashMap<>();
    private final Map<String, Integer> refinement = new HashMap<>();
    private ExecutorService queue = Executors.newCachedThreadPool(Calls::daemon);

    Calls(Ledger ledger, Wire wire) {
        this.ledger = ledger;
        this.wire = wire;
    }

    static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "insi");
        thread.setDaemon(true);
        return thread;
    }

    void forget() {
        queue.shutdownNow();
        queue = Choices.right("one-search-at-a-time") ? Executors.newSingleThreadExecutor(Calls::daemon) : Executors.newCachedThreadPool(Calls::daemon);
        calls.clear();
        refinement.clear();
    }

    Call find(String id) {
        Call call = calls.get(id);
        if (call == null) throw new Refusal.Absent("aucun appel " + id);
        return call;
    }

    /** Ask for a search; the call is over at once when nothing may be sent. */
    Call ask(Actor actor, PatientFile file, Map<String, String> typed, Wire.Card card, String blocked, boolean waits) {
        if (!(Choices.wrong("queue-for-everybody") && !waits)) actor.must("CALL_INSI");
        Call call = new Call();
        call.id = "INSI-" + (calls.size() + 1);
        call.file = file == null ? null : file.id;
        call.user = Choices.wrong("queue-signs-as-system") && !waits ? "system" : actor.name();
        call.mode = card == null ? "TRAITS" : "VITALE";
        call.typed.putAll(typed);
        call.card = card;
        calls.put(call.id, call);
        boolean doubtful = file != null && file.doubtful();
        if (Choices.wrong("doubtful-namesake-called") && file != null && file.attributes.size() > 1) doubtful = false;
        if (Choices.wrong("queue-takes-fictitious") && !waits && file != null && file.attributes.contains("FICTIVE")) doubtful = false;
        String why = doubtful ? "Identité douteuse ou fictive : INSi n'est pas interrogé." : blocked;
        if (why == null && card == null) why = unsendable(call.typed);
        if (why != null) {
            if (Choices.right("blocked-is-refused")) {
                calls.remove(call.id);
                throw new Refusal("APPEL_BLOQUE", why);
            }
            call.outcome = "BLOCKED";
            call.message = why;
            call.end.complete(call);
        } else queue.submit(() -> run(call));
        return call;
    }

    private String unsendable(Map<String, String> traits) {
        if (!Spelling.sendableName(traits.get("birth_name"))) return "Le nom ne peut être envoyé à INSi.";
        if (!Spelling.sendableFirstName(traits.get("first_name"))) return "Le premier prénom ne peut être envoyé à INSi.";
        if (Spelling.date(traits.get("birth_date")) == null) return "La date de naissance ne peut être envoyée à INSi.";
        if (Choices.wrong("unknown-sex-sent-as-man") && "I".equals(traits.get("sex"))) traits.put("sex", "M");
        if (!List.of("M", "F").contains(String.valueOf(traits.get("sex")))) return "INSi veut M ou F.";
        return null;
    }

    /** The requests of a search by traits, each with one criterion more than the one before. */
    private List<String> requests(Call call) {
        Map<String, String> t = call.typed;
        String name = Choices.wrong("used-name-sent") && t.get("used_name") != null ? t.get("used_name") : t.get("birth_name");
        String first = t.get("first_name");
        if (Choices.wrong("whole-list-sent") && t.get("first_names") != null) first = t.get("first_names");
        String known = t.get("birth_place");
        boolean place = known != null && !known.equals("99999");
        List<List<String>> steps = new ArrayList<>();
        List<String> names = new ArrayList<>(List.of(first));
        steps.add(List.copyOf(names));
        String list = t.get("first_names");
        if (list != null && Spelling.beginsWith(list, t.get("first_name"))) {
            List<String> rest = Spelling.words(list);
            int from = Spelling.words(t.get("first_name")).size();
            boolean whole = list.startsWith(t.get("first_name") + " ");
            if (whole) for (String other : rest.subList(from, rest.size())) {
                if (!Spelling.sendableFirstName(other)) break;
                names.add(other);
                steps.add(List.copyOf(names));
            }
        }
        if (Choices.right("all-given-names-at-once") && steps.size() > 2) steps.subList(1, steps.size() - 1).clear();
        List<String> bodies = new ArrayList<>();
        for (List<String> step : steps) bodies.add(body(name, step, t, Choices.wrong("unknown-place-sent") && known != null ? known : null));
        if (place) bodies.add(body(name, names, t, known));
        if (Choices.right("one-request-a-call")) {
            String key = call.file + t.toString();
            int step = Math.min(refinement.getOrDefault(key, 0), bodies.size() - 1);
            refinement.put(key, step);
            return List.of(bodies.get(step));
        }
        return bodies;
    }

    private static String body(String name, List<String> first, Map<String, String> t, String place) {
        StringBuilder given = new StringBuilder();
        if (Choices.right("given-names-apart")) for (String one : first) given.append(Wire.tag("t:Prenom", one));
        else given.append(Wire.tag("t:Prenom", String.join(" ", first)));
        return "<t:RECSANSVITALE xmlns:t=\"http://www.cnamts.fr/INSiRecSans\">" + Wire.tag("t:NomNaissance", name) + given + Wire.tag("t:Sexe", t.get("sex"))
                + Wire.tag("t:DateNaissance", t.get("birth_date")) + Wire.tag("t:LieuNaissance", place) + "</t:RECSANSVITALE>";
    }

    private static String cardBody(Call call) {
        Wire.Card card = call.card;
        String own = card.own() == null ? "" : "<v:MatriculeIndividu><v:NumIdentifiant>" + card.own() + "</v:NumIdentifiant></v:MatriculeIndividu>";
        return "<v:RECVITALE xmlns:v=\"http://www.cnamts.fr/INSiRecVit\">" + own + "<v:MatriculeOD><v:NumIdentifiant>" + card.insured()
                + "</v:NumIdentifiant></v:MatriculeOD>" + Wire.tag("v:NomNaissance", call.typed.get("birth_name")) + Wire.tag("v:DateNaissance", card.birth())
                + Wire.tag("v:RangNaissance", card.rank()) + "</v:RECVITALE>";
    }

    private void run(Call call) {
        Wire.Answer answer = null;
        if (call.card != null) answer = exchange(call, "rechercherInsAvecCarteVitale", cardBody(call));
        else {
            List<String> bodies;
            synchronized (ledger) {
                bodies = requests(call);
            }
            for (String body : bodies) {
                answer = exchange(call, "rechercherInsAvecTraitsIdentite", body);
                if (Choices.wrong("three-tries-on-a-fault")) for (int i = 0; i < 2 && answer.fault(); i++) answer = exchange(call, "rechercherInsAvecTraitsIdentite", body);
                if (!"02".equals(answer.code())) break;
            }
        }
        synchronized (ledger) {
            if (calls.get(call.id) == call) conclude(call, answer);
            call.end.complete(call);
        }
    }

    private Wire.Answer exchange(Call call, String operation, String body) {
        Wire.Answer answer = wire.send(call.user, operation, body, call.card);
        synchronized (ledger) {
            if (calls.get(call.id) != call) return answer;
            String key = call.file + call.typed.toString();
            if ("02".equals(answer.code())) refinement.merge(key, 1, Integer::sum);
            boolean silent = Choices.wrong("silence-not-logged") && answer.code() == null || Choices.wrong("several-not-logged") && "02".equals(answer.code());
            String code = Choices.wrong("fault-codes-not-logged") && answer.fault() ? null : answer.code();
            Map<String, String> returned = new LinkedHashMap<>(answer.returned());
            if (Choices.wrong("place-not-logged")) returned.remove("birth_place");
            if (Choices.wrong("first-of-the-list-logged") && returned.containsKey("first_names")) returned.put("first_names", Spelling.words(returned.get("first_names")).get(0));
            String file = Choices.wrong("card-calls-without-file") && call.card != null ? null : call.file;
            String mode = Choices.wrong("card-calls-logged-as-traits") ? "TRAITS" : call.mode;
            if (!silent) ledger.write(call.user, file, "insi", "mode", mode, "code", code, "returned", returned, "fault", answer.fault(), "authentication",
                    Choices.wrong("means-of-the-call-not-logged") ? null : Proofs.of(call.user));
        }
        return answer;
    }

    private static void alert(Call call, String code, String message) {
        call.alerts.add(Json.object("code", code, "message", message, "severity", "attention"));
    }

    /** What makes an answer 00 unfit to be taken over; null when nothing does. */
    private String unfit(Map<String, String> found) {
        for (String field : List.of("birth_name", "first_names", "sex"))
            if (Spelling.blank(found.get(field)) && !(Choices.wrong("empty-sex-imported") && field.equals("sex"))) return "Champ vide dans la réponse d'INSi : " + field;
        String date = found.get("birth_date");
        boolean lunarDay = Choices.wrong("unknown-month-imported") && date != null && date.matches("\\d{4}-00-\\d\\d") && !date.endsWith("00");
        if (Spelling.date(date) == null && !lunarDay) return "Date de naissance incomplète ou impossible.";
        if (found.containsKey("sex") && !Set.of("M", "F").contains(found.get("sex"))) return "Sexe inattendu.";
        String oid = found.get("oid");
        boolean nia = "1.2.250.1.213.1.4.9".equals(oid);
        if (!Spelling.matricule(found.get("matricule")) && !(Choices.wrong("waiting-numbers-unchecked") && nia)) return "Matricule INS mal formé.";
        if (Choices.wrong("oid-by-its-root") && oid != null && oid.startsWith("1.2.250.1.213.1.4.")) return null;
        if (!oidFits(oid)) return "OID inattendu.";
        return null;
    }

    boolean oidFits(String oid) {
        if (oid == null) return false;
        return Spelling.OIDS_IN_USE.contains(oid) || !"production".equals(ledger.settings.get("environment")) && Spelling.OIDS_OF_TESTS.contains(oid);
    }

    private void conclude(Call call, Wire.Answer answer) {
        call.code = answer.code();
        PatientFile file = call.file == null ? null : ledger.files.get(call.file);
        if (answer.fault() || answer.code() == null) {
            call.outcome = "ERROR";
            call.message = "INSi n'a pas donné de réponse exploitable. Le dossier est inchangé.";
            if (Choices.wrong("fault-unlocks-recovered") && file != null && file.status.equals("RECUP")) ledger.status(call.user, file, "PROV", "INSi en défaut");
        } else if (answer.code().equals("01")) {
            call.outcome = "NOT_FOUND";
            call.message = "Personne n'est trouvé avec ces traits.";
            if (Choices.wrong("not-found-clears-ins") && file != null) ledger.clearIns(call.user, file);
        } else if (answer.code().equals("02")) {
            call.outcome = "SEVERAL";
            call.message = "Plusieurs personnes ont ces traits : précisez les autres prénoms, puis le lieu.";
        } else if (answer.code().equals("00") && !answer.returned().isEmpty()) {
            String unfit = unfit(answer.returned());
            call.outcome = unfit == null ? "FOUND" : "REJECTED";
            call.message = unfit == null ? "Une identité est trouvée : comparez." : "L'identité trouvée n'est pas reprise.";
            if (unfit != null) alert(call, "REPONSE_ECARTEE", unfit);
            call.found = answer.returned();
            call.former = answer.former();
            String first = file == null ? call.typed.get("first_name") : file.get("first_name");
            if (unfit == null && !Spelling.beginsWith(call.found.get("first_names"), first) && !Choices.wrong("no-alert-on-refresh"))
                alert(call, "PRENOM_HORS_LISTE", "Le premier prénom du dossier n'ouvre pas la liste d'INSi.");
            boolean again = Choices.right("known-ins-is-told") && ledger.files.values().stream().anyMatch(f -> f != file && call.found.get("matricule").equals(f.get("matricule")));
            if (unfit == null && again) alert(call, "INS_DEJA_CONNUE", "Un autre dossier porte cette INS : doublon possible.");
            if (Choices.wrong("answer-goes-to-open-file") && call.file != null && ledger.opened != null && ledger.files.containsKey(ledger.opened)) call.file = ledger.opened;
        } else {
            call.outcome = "ERROR";
            call.message = "Réponse inattendue d'INSi : " + answer.code();
        }
    }

    private Call open(String id) {
        Call call = find(id);
        if (call.outcome == null) throw new Refusal("EN_COURS", "INSi n'a pas encore répondu.");
        if (!call.outcome.equals("FOUND")) throw new Refusal("RIEN_A_COMPARER", "Cet appel ne propose rien.");
        if (call.decided && !Choices.wrong("decided-again")) throw new Refusal("DEJA_DECIDE", "Cette proposition a déjà été décidée.");
        return call;
    }

    Map<String, Object> compare(Actor actor, String id) {
        Call call = open(id);
        actor.must("READ_IDENTITY");
        Map<String, String> local = call.file == null ? call.typed : ledger.file(call.file).traits;
        List<String> order = new ArrayList<>(FED);
        if (Choices.right("first-name-compared-too")) order.add("first_name");
        if (Choices.right("compared-in-other-order")) java.util.Collections.reverse(order);
        List<Object> lines = new ArrayList<>();
        for (String field : order) {
            String mine = local.get(field), theirs = field.equals("first_name") ? Spelling.words(call.found.get("first_names")).get(0) : call.found.get(field);
            boolean ins = field.equals("matricule") || field.equals("oid");
            if (ins && !actor.may("READ_INS") && !Choices.wrong("comparison-shows-ins")) continue;
            boolean differs = !java.util.Objects.equals(mine, theirs);
            if (Choices.wrong("hyphens-make-no-difference") && mine != null && theirs != null) differs = !Spelling.bare(mine).equals(Spelling.bare(theirs));
            if (Choices.wrong("empty-makes-no-difference") && mine == null && field.equals("first_names")) differs = false;
            boolean day = field.equals("birth_date");
            lines.add(Json.object("field", field, "local", mine, "insi", theirs, "different", differs, "local_display", day ? Spelling.shown(mine) : mine,
                    "insi_display", day ? Spelling.shown(theirs) : theirs));
        }
        return Json.object("call_id", call.id, "fields", lines, "alerts", call.alerts);
    }

    /** The file after the decision; null when nothing is created. */
    PatientFile decide(Actor actor, String id, boolean accept) {
        Call call = open(id);
        actor.must("CALL_INSI");
        actor.must("READ_IDENTITY");
        PatientFile file = call.file == null ? null : ledger.file(call.file);
        if (!accept) {
            call.decided = true;
            if (file == null && Choices.wrong("refused-creation-kept")) file = ledger.create(actor.name(), typed(call), "PROV", "non retenue", false);
            if (file != null && Choices.wrong("refusing-keeps-the-list") && file.get("first_names") == null)
                ledger.write(actor.name(), file.id, "trait", "field", "first_names", "value", call.found.get("first_names"));
            return file;
        }
        if (file != null && file.doubtful()) throw new Refusal("ATTRIBUT_BLOQUANT", "Identité douteuse ou fictive.");
        call.decided = true;
        String who = actor.name();
        if (file == null) file = created(call, who);
        else feed(call, file, who);
        return file;
    }

    private static Map<String, String> typed(Call call) {
        Map<String, String> traits = new LinkedHashMap<>(call.typed);
        for (String field : PatientFile.FIELDS) traits.putIfAbsent(field, null);
        if (traits.get("birth_place") == null) traits.put("birth_place", "99999");
        return traits;
    }

    private PatientFile created(Call call, String who) {
        Map<String, String> traits = typed(call);
        if (Choices.right("created-then-fed")) {
            PatientFile file = ledger.create(who, traits, "PROV", "création depuis INSi", false);
            feed(call, file, who);
            return file;
        }
        for (String field : FED) if (call.found.get(field) != null) traits.put(field, call.found.get(field));
        if (traits.get("first_name") == null) traits.put("first_name", Spelling.words(call.found.get("first_names")).get(0));
        PatientFile file = ledger.create(who, traits, "RECUP", "création depuis INSi", false);
        call.file = file.id;
        history(call, file, null, null, who);
        return file;
    }

    private void feed(Call call, PatientFile file, String who) {
        call.file = file.id;
        String oldNumber = file.get("matricule"), oldOid = file.get("oid");
        for (String field : FED) {
            String value = call.found.get(field);
            if (value == null || value.equals(file.get(field))) continue;
            if (Choices.wrong("known-place-kept") && field.equals("birth_place") && !"99999".equals(file.get(field))) continue;
            if (Choices.wrong("former-oid-kept") && field.equals("oid") && oldOid != null) continue;
            ledger.write(who, file.id, "trait", "field", field, "value", value, "why", "INSi");
        }
        if (Choices.wrong("first-name-taken-when-validated") && file.status.equals("VALI"))
            ledger.write(who, file.id, "trait", "field", "first_name", "value", Spelling.words(call.found.get("first_names")).get(0), "why", "INSi");
        if (Choices.wrong("used-first-name-filled") && file.get("used_first_name") == null && file.get("used_name") != null)
            ledger.write(who, file.id, "trait", "field", "used_first_name", "value", file.get("first_name"), "why", "INSi");
        history(call, file, oldNumber, oldOid, who);
        String to = file.status.equals("VALI") || file.status.equals("QUAL") ? "QUAL" : "RECUP";
        if (Choices.wrong("refresh-unqualifies") && file.status.equals("QUAL")) to = "RECUP";
        if (Choices.wrong("recovered-with-proof-qualified") && file.status.equals("PROV") && file.proof != null) to = "QUAL";
        ledger.status(who, file, to, "identité d'INSi acceptée");
        if (Choices.wrong("import-loses-namesake") && file.attributes.contains("HOMONYME")) ledger.write(who, file.id, "attributes", "set", List.of());
    }

    private void history(Call call, PatientFile file, String oldNumber, String oldOid, String who) {
        List<Map<String, Object>> list = new ArrayList<>(call.former);
        boolean changed = oldNumber != null && !(oldNumber.equals(call.found.get("matricule")) && oldOid.equals(call.found.get("oid")));
        boolean listed = list.stream().anyMatch(f -> String.valueOf(f.get("matricule")).equals(oldNumber) && String.valueOf(f.get("oid")).equals(oldOid));
        if (changed && !listed && !Choices.wrong("replaced-number-forgotten")) list.add(Json.object("matricule", oldNumber, "oid", oldOid, "start", null, "end", null));
        for (Map<String, Object> old : file.former)
            if (list.stream().noneMatch(f -> f.get("matricule").equals(old.get("matricule")) && f.get("oid").equals(old.get("oid")))) list.add(old);
        if (Choices.wrong("last-former-number-only") && list.size() > 1) list = list.subList(0, 1);
        if (Choices.wrong("history-without-dates")) list.forEach(f -> f.put("end", null));
        if (!list.equals(file.former)) ledger.write(who, file.id, "former", "list", list);
    }
}
