// Driver of my software for banc-insi. Java 11 or newer, nothing to install: java Driver.java [PORT]
//
// Each verb is something that a user of the software can do on screen. Call the functions behind the screens, with their
// checks, locks and logs; do not write into the database. Then add the verb to VERBS. The whole API: banc driver show
// Java has no JSON of its own: take the library that your software has.
//
// Routes of the verbs:
@@VERBS@@

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

public class Driver {
    static final List<String> VERBS = List.of(); // for instance List.of("create_patient", "read_patient")

    /** An answer: HTTP status and JSON, null for none. */
    static final class Answer {
        final int status;
        final String json;

        Answer(int status, String json) {
            this.status = status;
            this.json = json;
        }
    }

    /** The software refuses and has changed nothing: a normal answer (409). */
    static final class Refused extends RuntimeException {
        final String code;

        Refused(String code, String message) {
            super(message);
            this.code = code;
        }
    }

    interface Act {
        Answer run(Matcher path, Map<String, String> query, String body, String user, String role);
    }

    static final class Route {
        final String method;
        final Pattern path;
        final Act act;

        Route(String method, String path, Act act) {
            this.method = method;
            this.path = Pattern.compile(path);
            this.act = act;
        }
    }

    static final List<Route> ROUTES = List.of(
        new Route("GET", "/capabilities", (path, query, body, user, role) -> new Answer(200,
            "{\"name\": \"My software\", \"version\": \"1.0\", \"vendor\": \"My company\", \"not_supported\": {}, \"verbs\": ["
            + VERBS.stream().map(verb -> "\"" + verb + "\"").collect(Collectors.joining(", ")) + "]}")),
        // Forget all patients and logs, and call INSi at the insi_url of the body from now on.
        new Route("POST", "/reset", (path, query, body, user, role) -> new Answer(204, null))
        // A verb to begin with; a refusal is: throw new Refused("MISSING_FIELD", "Birth place is mandatory.")
        // , new Route("POST", "/patients", (path, query, body, user, role) -> new Answer(201, createPatient(body, user)))
        // , new Route("GET", "/patients/(?<id>[^/]+)", (path, query, body, user, role) -> new Answer(200, read(path.group("id"))))
    );

    static Answer find(HttpExchange exchange, String body) {
        String path = exchange.getRequestURI().getPath();
        for (Route route : ROUTES) {
            Matcher matched = route.path.matcher(path);
            if (route.method.equals(exchange.getRequestMethod()) && matched.matches()) {
                String role = exchange.getRequestHeaders().getFirst("X-Banc-Role");
                return route.act.run(matched, query(exchange.getRequestURI().getRawQuery()), body, exchange.getRequestHeaders().getFirst("X-Banc-User"),
                    role == null ? "USER" : role);
            }
        }
        return new Answer(404, problem("NOT_FOUND", "no route for " + exchange.getRequestMethod() + " " + path));
    }

    static Map<String, String> query(String text) {
        Map<String, String> found = new HashMap<>();
        for (String pair : text == null ? new String[0] : text.split("&")) {
            String[] parts = pair.split("=", 2);
            found.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                parts.length > 1 ? URLDecoder.decode(parts[1], StandardCharsets.UTF_8) : "");
        }
        return found;
    }

    static String problem(String code, String message) {
        return "{\"code\": " + quoted(code) + ", \"message\": " + quoted(message) + ", \"fields\": []}";
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                quoted.append('\\').append(letter);
            } else if (letter < ' ') {
                quoted.append(String.format("\\u%04x", (int) letter));
            } else {
                quoted.append(letter);
            }
        }
        return quoted.append('"').toString();
    }

    static void handle(HttpExchange exchange) throws IOException {
        Answer answer;
        try {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            answer = find(exchange, body);
        } catch (Refused refusal) {
            answer = new Answer(409, problem(refusal.code, refusal.getMessage()));
        } catch (RuntimeException error) { // The bench says INCONCLUSIVE, with this text.
            answer = new Answer(500, problem("ERROR", String.valueOf(error)));
        }
        if (answer.json == null) {
            exchange.sendResponseHeaders(answer.status, -1);
        } else {
            byte[] content = answer.json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status, content.length);
            exchange.getResponseBody().write(content);
        }
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9000;
        // This server sends head and body apart: without this every answer waits some 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        server.createContext("/", Driver::handle);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        System.out.println("driver on http://127.0.0.1:" + server.getAddress().getPort());
    }
}
