import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** The driver API: each verb is one act of the software. */
final class Counter {
    private interface Act {
        Object on(Actor actor, Map<String, Object> body, Map<String, String> path, Map<String, String> query) throws Exception;
    }

    private record Route(String method, String[] parts, String verb, int status, Act act) {}

    private final List<Route> routes = new ArrayList<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Ledger ledger = new Ledger();
    private final Wire wire = new Wire(ledger);
    private final Desk desk = new Desk(ledger);
    private final Calls calls = new Calls(ledger, wire);
    private final Cards cards = new Cards(ledger, calls);
    private final Verifier verifier = new Verifier(ledger, wire);
    private final Arrivals arrivals = new Arrivals(ledger, verifier, calls);
    private final Screens screens = new Screens(ledger);
    private final Papers papers = new Papers(ledger);
    private final Post post = new Post(ledger, papers);

    HttpServer open(int port) throws IOException {
        ledger.empty("http://127.0.0.1:9/");
        table();
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 64);
        server.setExecutor(Executors.newCachedThreadPool(Calls::daemon));
        server.createContext("/", this::serve);
        server.start();
        return server;
    }

    private void on(String method, String path, String verb, int status, Act act) {
        routes.add(new Route(method, path.substring(1).split("/"), verb, status, act));
    }

    private void not(String method, String path, String verb, String why) {
        missing.put(verb, why);
        on(method, path, verb, 200, (actor, body, at, query) -> {
            throw new Refusal.NotHere(verb, why);
        });
    }

    @SuppressWarnings("unchecked")
    private void table() {
        on("GET", "/capabilities", null, 200, (a, b, p, q) -> capabilities());
        // No verb: whoever tries many mistakes need not start the program for each.
        on("PUT", "/choices", null, 204, (a, b, p, q) -> {
            Choices.forget();
            Choices.take("right", (String) b.get("right"));
            Choices.take("wrong", (String) b.get("wrong"));
            return null;
        });
        on("POST", "/reset", null, 204, (a, b, p, q) -> {
            ledger.empty((String) b.get("insi_url"));
            calls.forget();
            cards.forget();
            verifier.forget();
            Actor.forget();
            Proofs.forget();
            post.forget();
            return null;
        });
        on("POST", "/patients", "create_patient", 201, (a, b, p, q) -> seen(desk.create(a, b), a));
        on("GET", "/patients", "search_patients", 200, (a, b, p, q) ->
                list(desk.search(a, filled(q, "birth_date"), filled(q, "name_prefix"), filled(q, "first_name_prefix")), a));
        on("GET", "/patients/{id}", "read_patient", 200, (a, b, p, q) -> seen(desk.open(a, p.get("id")), a));
        on("PATCH", "/patients/{id}", "update_patient", 200, (a, b, p, q) -> seen(desk.change(a, p.get("id"), b), a));
        on("PUT", "/patients/{id}/attributes", "set_attributes", 200, (a, b, p, q) -> seen(desk.mark(a, p.get("id"), (List<String>) b.get("attributes")), a));
        on("POST", "/patients/{id}/proofs", "record_proof", 200, (a, b, p, q) -> seen(desk.prove(a, p.get("id"), (String) b.get("kind")), a));
        on("POST", "/patients/{id}/validation", "validate_identity", 200, (a, b, p, q) -> seen(desk.validate(a, p.get("id")), a));
        on("POST", "/patients/{id}/downgrade", "downgrade_status", 200, (a, b, p, q) -> seen(desk.lower(a, p.get("id"), (String) b.get("status")), a));
        on("GET", "/patients/{id}/history", "read_status_history", 200, (a, b, p, q) -> Json.object("changes", screens.statuses(ledger.file(p.get("id")))));
        on("GET", "/audit-log", "read_audit_log", 200, (a, b, p, q) -> Json.object("entries", screens.journal(a, filled(q, "patient_id"))));
        on("GET", "/settings", "read_settings", 200, (a, b, p, q) -> ledger.settings);
        on("PUT", "/settings", "write_settings", 200, (a, b, p, q) -> set(b));
        on("GET", "/matricule-search", "search_by_matricule", 200, (a, b, p, q) -> list(desk.byMatricule(a, String.valueOf(q.get("matricule"))), a));
        on("POST", "/patients/{id}/started-insi-calls", "start_insi_call", 201, (a, b, p, q) -> {
            PatientFile file = ledger.file(p.get("id"));
            return Json.object("call_id", calls.ask(a, file, file.traits, null, null, false).id);
        });
        on("GET", "/insi-calls/{call}", "read_insi_call", 200, (a, b, p, q) -> {
            Calls.Call call = calls.find(p.get("call"));
            return Json.object("call", call.outcome == null ? null : call.view());
        });
        on("GET", "/insi-calls/{call}/proposal", "read_proposal", 200, (a, b, p, q) -> calls.compare(a, p.get("call")));
        on("POST", "/insi-calls/{call}/decision", "decide_proposal", 200, (a, b, p, q) -> {
            PatientFile file = calls.decide(a, p.get("call"), Boolean.TRUE.equals(b.get("accept")));
            return Json.object("patient", file == null ? null : seen(file, a));
        });
        on("GET", "/patients/{id}/ins-history", "read_ins_history", 200, (a, b, p, q) -> {
            PatientFile file = ledger.file(p.get("id"));
            a.must("READ_IDENTITY");
            a.must("READ_INS");
            ledger.write(a.name(), file.id, "seen", "where", "historique INS");
            return Json.object("former", file.former);
        });
        on("POST", "/card-readings", "read_card", 201, (a, b, p, q) -> cards.read((Map<String, Object>) b.get("card")));
        on("PUT", "/card-reader", "swap_card", 204, (a, b, p, q) -> {
            cards.swap((Map<String, Object>) b.get("card"));
            return null;
        });
        on("PUT", "/patients/{id}/card", "attach_card", 200, (a, b, p, q) ->
                seen(cards.attach(a, ledger.file(p.get("id")), (String) b.get("reading_id"), (String) b.get("rank")), a));
        on("POST", "/app-readings", "import_app_identity", 200, (a, b, p, q) ->
                seen(cards.app(a, (Map<String, Object>) b.get("identity"), (String) b.get("patient_id")), a));
        on("PUT", "/patients/{id}/opposition", "record_opposition", 200, (a, b, p, q) -> {
            ledger.write(a.name(), ledger.file(p.get("id")).id, "opposition", "channels", b.get("channels"));
            return Json.object("channels", b.get("channels"));
        });
        on("GET", "/patients/{id}/documents", "read_documents", 200, (a, b, p, q) -> Json.object("documents", ledger.file(p.get("id")).documents));
        on("GET", "/worklist", "read_worklist", 200, (a, b, p, q) -> Json.object("items", ledger.worklist));
        on("GET", "/forms/{form}", "read_form", 200, (a, b, p, q) -> {
            String id = filled(q, "patient_id");
            return Json.object("fields", screens.form(p.get("form"), id == null ? null : ledger.file(id), a));
        });
        on("PUT", "/authentication", "choose_authentication", 204, (a, b, p, q) -> {
            Proofs.choose(a.name(), (String) b.get("means"));
            return null;
        });
        on("GET", "/rights/{user}", "read_rights", 200, (a, b, p, q) -> screens.rights(p.get("user")));
        on("PUT", "/rights/{user}", "write_rights", 200, (a, b, p, q) -> {
            Actor.give(p.get("user"), (List<String>) b.get("rights"));
            return screens.rights(p.get("user"));
        });
        on("GET", "/dashboard", "read_dashboard", 200, (a, b, p, q) -> screens.dashboard());
        on("PUT", "/clock", "set_clock", 204, (a, b, p, q) -> {
            String now = (String) b.get("now");
            ledger.setClock(now == null ? null : OffsetDateTime.parse(now).toInstant());
            return null;
        });
        on("POST", "/patients/{id}/renderings", "render_document", 201, (a, b, p, q) -> papers.print(a, ledger.file(p.get("id")), (String) b.get("kind")));
        on("POST", "/patients/{id}/messages", "export_message", 201, (a, b, p, q) -> papers.message(a, ledger.file(p.get("id")), (String) b.get("format")));
        on("POST", "/patients/{id}/sendings", "send_document", 201, (a, b, p, q) ->
                post.send(a, ledger.file(p.get("id")), (String) b.get("kind"), (String) b.get("channel"), (String) b.get("recipient")));
        on("GET", "/transmissions", "read_transmissions", 200, (a, b, p, q) -> post.transmissions(filled(q, "patient_id")));
        on("POST", "/exports", "export_patients", 201, (a, b, p, q) -> papers.export(a));
        on("POST", "/patients/{id}/dmp-access", "open_dmp", 204, (a, b, p, q) -> {
            PatientFile file = ledger.file(p.get("id"));
            a.must("READ_INS");
            boolean may = file.status.equals("QUAL") || Choices.wrong("dmp-of-validated") && file.status.equals("VALI");
            if (!may) throw new Refusal("NON_QUALIFIEE", "Le DMP ne s'ouvre que pour une identité qualifiée.");
            ledger.write(a.name(), file.id, "seen", "where", "DMP");
            return null;
        });
        // Those that wait for INSi take the lock of the ledger by themselves, not while they wait.
        on("POST", "/insi-calls", "call_insi_traits", 201, (a, b, p, q) -> call(a, b));
        on("POST", "/patients/{id}/verifications", "verify_ins", 201, (a, b, p, q) -> verify(a, p.get("id")));
        on("POST", "/bulk-verifications", "start_bulk_verification", 201, (a, b, p, q) -> verifier.deposit(a, (List<String>) b.get("patient_ids")));
        on("GET", "/bulk-verifications/{lot}", "read_bulk_verification", 200, (a, b, p, q) -> verifier.collect(a, p.get("lot")));
        on("POST", "/received-identities", "receive_identity", 201, (a, b, p, q) -> arrivals.take(a, (Map<String, Object>) b.get("identity")));
        on("POST", "/received-messages", "receive_message", 201, (a, b, p, q) -> {
            Map<String, Object> message = (Map<String, Object>) b.get("message");
            byte[] content = Base64.getMimeDecoder().decode((String) message.get("content"));
            return arrivals.take(a, Inbox.read((String) message.get("name"), (String) message.get("format"), content, (String) b.get("sender")));
        });
        on("POST", "/scans", "scan_datamatrix", 201, (a, b, p, q) -> arrivals.scan(a, (String) b.get("content")));
        // The contracts are kept; they change nothing here, for an officine treats its patients itself (Règle 30).
        if (Choices.right("contracts-kept")) on("PUT", "/trusted-senders", "write_trusted_senders", 200, (a, b, p, q) -> {
            ledger.trusted.clear();
            ledger.trusted.addAll((List<String>) b.get("senders"));
            return Json.object("senders", ledger.trusted);
        });
        else not("PUT", "/trusted-senders", "write_trusted_senders", "L'officine prend en charge ses patients : aucun contrat de confiance.");
        not("POST", "/sendings/{sending}/withdrawal", "withdraw_document", "Un message parti ne se reprend pas.");
    }

    private static final List<String> WAITING = List.of(
            "call_insi_traits", "verify_ins", "start_bulk_verification", "read_bulk_verification", "receive_identity", "receive_message", "scan_datamatrix");

    private Object capabilities() {
        List<String> verbs = new ArrayList<>(List.of("search_insi", "call_insi_card"));
        for (Route route : routes) if (route.verb() != null && !missing.containsKey(route.verb()) && !verbs.contains(route.verb())) verbs.add(route.verb());
        return Json.object("name", "Olivier", "version", "2.10", "vendor", "Atelier de l'Olivier", "verbs", verbs, "not_supported", missing);
    }

    private Map<String, Object> seen(PatientFile file, Actor actor) {
        return screens.file(file, actor, false);
    }

    private Object list(List<PatientFile> files, Actor actor) {
        List<Object> out = new ArrayList<>();
        for (PatientFile file : files) out.add(screens.file(file, actor, true));
        return Json.object("patients", out, "count", out.size());
    }

    private static String filled(Map<String, String> query, String name) {
        String value = query.get(name);
        return Spelling.blank(value) ? null : value;
    }

    private Object set(Map<String, Object> sent) {
        for (String name : sent.keySet()) if (!ledger.settings.containsKey(name)) throw new Refusal("REGLAGE", "Réglage inconnu : " + name);
        String seconds = (String) sent.get("insi_timeout_seconds");
        if (seconds != null && !seconds.matches("[1-9]\\d{0,2}")) throw new Refusal("REGLAGE", "Des secondes entières.");
        sent.forEach((name, value) -> ledger.settings.put(name, (String) value));
        return ledger.settings;
    }

    @SuppressWarnings("unchecked")
    private Object call(Actor actor, Map<String, Object> body) throws Exception {
        Calls.Call call;
        synchronized (ledger) {
            String id = (String) body.get("patient_id");
            PatientFile file = id == null ? null : ledger.file(id);
            if ("VITALE".equals(body.get("mode"))) call = cards.call(actor, file, (String) body.get("reading_id"), (String) body.get("rank"));
            else if (file != null) call = calls.ask(actor, file, file.traits, null, null, true);
            else {
                Map<String, Object> traits = (Map<String, Object>) body.get("traits");
                call = calls.ask(actor, null, desk.typed(traits, false), null, null, true);
            }
        }
        return call.end.get().view();
    }

    private Object verify(Actor actor, String id) {
        PatientFile file;
        Map<String, String> traits;
        synchronized (ledger) {
            actor.must("CALL_INSI");
            file = ledger.file(id);
            if (file.get("matricule") == null) {
                if (Choices.right("nothing-to-verify-is-refused")) throw new Refusal("SANS_INS", "Ce dossier n'a pas d'INS.");
                return verifier.blocked(file);
            }
            traits = new HashMap<>(file.traits);
        }
        Map<String, Object> result = verifier.ask(actor.name(), id, traits);
        synchronized (ledger) {
            verifier.apply(actor.name(), file, result);
        }
        return result;
    }

    private void serve(HttpExchange exchange) throws IOException {
        Object answer;
        int status;
        try {
            String[] parts = exchange.getRequestURI().getRawPath().substring(1).split("/");
            Map<String, String> path = new HashMap<>();
            Route route = find(exchange.getRequestMethod(), parts, path);
            Map<String, String> query = new HashMap<>();
            String raw = exchange.getRequestURI().getRawQuery();
            if (raw != null) for (String pair : raw.split("&")) query.put(decoded(pair.split("=", 2)[0]), pair.contains("=") ? decoded(pair.split("=", 2)[1]) : "");
            Map<String, Object> body = Json.readObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String user = exchange.getRequestHeaders().getFirst("X-Banc-User");
            Actor actor = new Actor(user == null ? "inconnu" : user, "SUPER_USER".equals(exchange.getRequestHeaders().getFirst("X-Banc-Role")));
            status = route.status();
            if (WAITING.contains(String.valueOf(route.verb()))) answer = route.act().on(actor, body, path, query);
            else
                synchronized (ledger) {
                    answer = route.act().on(actor, body, path, query);
                    if (answer != null) answer = Json.write(answer);
                }
        } catch (Refusal refusal) {
            status = Choices.right("refusals-are-422") ? 422 : 409;
            answer = Json.object("code", refusal.code, "message", refusal.getMessage(), "fields", refusal.fields);
        } catch (Refusal.Absent absent) {
            status = 404;
            answer = Json.object("code", "ABSENT", "message", absent.getMessage(), "fields", List.of());
        } catch (Refusal.NotHere notHere) {
            status = 501;
            answer = Json.object("verb", notHere.verb, "reason", notHere.getMessage());
        } catch (Exception broken) {
            broken.printStackTrace();
            status = 500;
            answer = Json.object("code", "PANNE", "message", broken.toString());
        }
        byte[] bytes = answer == null ? new byte[0] : (answer instanceof String text ? text : Json.write(answer)).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private Route find(String method, String[] parts, Map<String, String> path) {
        for (Route route : routes) {
            if (!route.method().equals(method) || route.parts().length != parts.length) continue;
            path.clear();
            boolean fits = true;
            for (int i = 0; i < parts.length && fits; i++) {
                String part = route.parts()[i];
                if (part.startsWith("{")) path.put(part.substring(1, part.length() - 1), decoded(parts[i].replace("+", "%2B")));
                else fits = part.equals(parts[i]);
            }
            if (fits) return route;
        }
        throw new Refusal.Absent("pas de route " + method + " /" + String.join("/", parts));
    }
}
