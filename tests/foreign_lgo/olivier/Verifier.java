import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Verification of an INS at INSi: one, or a lot. */
final class Verifier {
    private final Ledger ledger;
    private final Wire wire;
    private final Map<String, List<String>> lots = new HashMap<>();
    private final Map<String, Map<String, Map<String, Object>>> results = new HashMap<>();

    Verifier(Ledger ledger, Wire wire) {
        this.ledger = ledger;
        this.wire = wire;
    }

    void forget() {
        lots.clear();
        results.clear();
    }

    private static String person(String prefix, Map<String, String> t) {
        String number = t.get("matricule");
        return "<" + prefix + ":IndividuVerifie><" + prefix + ":INSFourni><" + prefix + ":IdIndividu>"
                + Wire.tag(prefix + ":NumIdentifiant", number.substring(0, 13)) + Wire.tag(prefix + ":Cle", number.substring(13))
                + "</" + prefix + ":IdIndividu>" + Wire.tag(prefix + ":OID", t.get("oid")) + "</" + prefix + ":INSFourni><" + prefix + ":TraitsIdentiteIndividu>"
                + Wire.tag(prefix + ":NomNaissance", t.get("birth_name")) + Wire.tag(prefix + ":Prenom", t.get("first_name"))
                + (Choices.right("verified-without-list") ? "" : Wire.tag(prefix + ":ListePrenom", t.get("first_names"))) + Wire.tag(prefix + ":Sexe", t.get("sex"))
                + Wire.tag(prefix + ":DateNaissance", t.get("birth_date"))
                + Wire.tag(prefix + ":LieuNaissance", "99999".equals(t.get("birth_place")) ? null : t.get("birth_place"))
                + "</" + prefix + ":TraitsIdentiteIndividu></" + prefix + ":IndividuVerifie>";
    }

    /** Ask, trace, and say OK, KO or ERROR; nothing is done with it here. */
    Map<String, Object> ask(String user, String file, Map<String, String> traits) {
        String body = "<q:Requete xmlns:q=\"http://www.cnamts.fr/INSiLot2/REQUnitaire\">" + person("q", traits) + "</q:Requete>";
        Wire.Answer answer = wire.send(user, "verifierInsAvecTraitsIdentite", body, null);
        return traced(user, file, answer.code(), answer.fault());
    }

    private Map<String, Object> traced(String user, String file, String code, boolean fault) {
        String outcome = fault || code == null ? "ERROR" : code.equals("00") ? "OK" : code.equals("01") ? "KO" : "ERROR";
        if (!(Choices.wrong("good-verifications-not-traced") && outcome.equals("OK")))
            synchronized (ledger) {
                ledger.write(user, file, "verified", "code", code, "outcome", outcome, "fault", fault, "authentication", Proofs.of(user));
            }
        List<Object> alerts = new ArrayList<>();
        if (outcome.equals("KO")) alerts.add(Json.object("code", "INS_NON_VERIFIEE", "message", "INSi ne confirme pas cette INS."));
        return Json.object("outcome", outcome, "patient_id", file, "code", code, "message", "Vérification : " + outcome, "alerts", alerts);
    }

    /** What a result does to the file of the site itself. */
    void apply(String user, PatientFile file, Map<String, Object> result) {
        String outcome = (String) result.get("outcome");
        if (Choices.wrong("failed-verification-lowers") && outcome.equals("ERROR")) ledger.status(user, file, "PROV", "vérification impossible");
        if (!outcome.equals("KO")) return;
        boolean qualified = file.status.equals("QUAL");
        ledger.clearIns(user, file);
        ledger.status(user, file, Choices.wrong("refuted-qualified-becomes-validated") && qualified ? "VALI" : "PROV", "vérification INSi négative");
        if (!(Choices.wrong("refuted-recovered-not-listed") && !qualified)) ledger.trouble(user, file.id, "INS_NON_VERIFIEE", "INS non confirmée par INSi.");
    }

    Map<String, Object> blocked(PatientFile file) {
        return Json.object("outcome", "BLOCKED", "patient_id", file.id, "code", null, "message", "Ce dossier n'a pas d'INS à vérifier.", "alerts", List.of());
    }

    Map<String, Object> deposit(Actor actor, List<String> ids) {
        actor.must("CALL_INSI");
        StringBuilder lines = new StringBuilder();
        Map<String, Map<String, Object>> done = new LinkedHashMap<>();
        List<String> sent = new ArrayList<>();
        synchronized (ledger) {
            for (String id : ids) {
                PatientFile file = ledger.file(id);
                if (file.get("matricule") == null) {
                    done.put(id, blocked(file));
                    continue;
                }
                sent.add(id);
                lines.append("<d:Ligne><d:IdLigne>").append(sent.size()).append("</d:IdLigne>").append(person("d", file.traits)).append("</d:Ligne>");
            }
        }
        String lot = "VIDE";
        if (!sent.isEmpty()) {
            Wire.Answer answer = wire.send(actor.name(), "deposerLotIdentites", "<d:Requete xmlns:d=\"http://www.cnamts.fr/INSiLot2/REQDepot\">" + lines + "</d:Requete>", null);
            if (answer.fault() || answer.root() == null) throw new Refusal("LOT", "INSi n'a pas pris le lot : " + answer.code());
            lot = Wire.all(answer.root(), "*", "IdLot").get(0).getTextContent();
        }
        lots.put(lot, sent);
        results.put(lot, done);
        return view(lot, ids.size());
    }

    Map<String, Object> collect(Actor actor, String lot) {
        List<String> sent = lots.get(lot);
        if (sent == null) throw new Refusal.Absent("aucun lot " + lot);
        Map<String, Map<String, Object>> done = results.get(lot);
        for (int page = 1, pages = 1; page <= pages && !sent.isEmpty(); page++) {
            Wire.Answer answer = wire.send(actor.name(), "collecterLotIdentites", "<c:Requete xmlns:c=\"http://www.cnamts.fr/INSiLot2/REQCollecte\"><c:IdLot>" + Wire.text(lot)
                    + "</c:IdLot><c:Page>" + page + "</c:Page></c:Requete>", null);
            if (answer.fault() || answer.root() == null) break;
            for (var count : Wire.all(answer.root(), "*", "NbPages")) pages = Integer.parseInt(count.getTextContent());
            for (var line : Wire.all(answer.root(), "*", "Ligne")) {
                String id = sent.get(Integer.parseInt(Wire.all(line, "*", "IdLigne").get(0).getTextContent()) - 1);
                String code = Wire.all(line, "*", "CodeCR").get(0).getTextContent();
                if (done.containsKey(id)) continue;
                done.put(id, traced(actor.name(), id, code, !code.matches("0\\d")));
                synchronized (ledger) {
                    apply(actor.name(), ledger.file(id), done.get(id));
                }
            }
        }
        return view(lot, sent.size());
    }

    private Map<String, Object> view(String lot, int wanted) {
        var done = results.get(lot).values();
        return Json.object("id", lot, "is_complete", done.size() >= wanted, "results", new ArrayList<>(done));
    }
}
