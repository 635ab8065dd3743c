import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Tests of class Insi against the simulated teleservice. */
public class InsiTest {
    private static int failed = 0;

    public static void main(String[] arguments) throws Exception {
        Traits zoe = new Traits("ADRUN", "ZOE", "F", "1975-12-31");
        try (Simulator simulator = new Simulator()) {
            Insi insi = new Insi(simulator.soapUrl);
            check("a known person is found", "275126322074974", insi.lookUp(zoe));
            check("nobody is made up", null, insi.lookUp(new Traits("NOBODY", "ZOE", "F", "1975-12-31")));
            simulator.script("{\"birth_name\": \"ADRUN\"}", "{\"fault\": \"insi_102\"}");
            String told;
            try {
                told = insi.lookUp(zoe);
            } catch (InsiUnavailable error) {
                told = error.getMessage();
            }
            check("an outage is told", "insi_102", told);
            simulator.clearScripts();
            check("and is over when it is over", "275126322074974", insi.lookUp(zoe));
            for (String code : List.of("00", "01", "insi_102")) {
                check("the simulator answered " + code, true, simulator.answered(code));
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    private static void check(String what, Object expected, Object got) {
        boolean right = Objects.equals(expected, got);
        failed += right ? 0 : 1;
        System.out.println(right ? "ok      " + what : "FAILED  " + what + ": expected " + expected + ", got " + got);
    }
}

record Traits(String birthName, String firstName, String sex, String birthDate) {}

class InsiUnavailable extends Exception {
    InsiUnavailable(String code) {
        super(code);
    }
}

/** Looks an identity up: the software under test, in its simplest form. */
class Insi {
    private static final String ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite";
    private static final String ENVELOPE = """
        <?xml version="1.0" encoding="UTF-8"?>
        <soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">
        <soap:Header>
        <bam:ContexteBAM xmlns:bam="urn:siram:bam:ctxbam" Version="01_02"><bam:Id>%1$s</bam:Id><bam:Temps>%2$s</bam:Temps>\
        <bam:Emetteur>10B0000001</bam:Emetteur><bam:COUVERTURE/></bam:ContexteBAM>
        <lps:ContexteLPS xmlns:lps="urn:siram:lps:ctxlps" Nature="CTXLPS" Version="01_00"><lps:Id>%3$s</lps:Id>\
        <lps:Temps>%2$s</lps:Temps><lps:Emetteur>10B0000001</lps:Emetteur><lps:LPS><lps:IDAM R="4">750000000001</lps:IDAM>\
        <lps:Version>01.00</lps:Version><lps:Instance>5f0c4b52-7f5e-4b4e-9a55-0c5f3c1f2a10</lps:Instance>\
        <lps:Nom>urn:lps:EXAMPLE-JAVA:1.0</lps:Nom></lps:LPS></lps:ContexteLPS>
        <wsa:Action>%4$s</wsa:Action><wsa:MessageID>uuid:%5$s</wsa:MessageID>
        </soap:Header>
        <soap:Body><RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"><NomNaissance>%6$s</NomNaissance>\
        <Prenom>%7$s</Prenom><Sexe>%8$s</Sexe><DateNaissance>%9$s</DateNaissance></RECSANSVITALE></soap:Body>
        </soap:Envelope>""";

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;

    Insi(String url) {
        this.url = url;
    }

    /** Returns the matricule (15 characters), or null when INSi finds nobody or several. */
    String lookUp(Traits traits) throws Exception {
        String message = ENVELOPE.formatted(
            UUID.randomUUID(), Instant.now().truncatedTo(ChronoUnit.SECONDS), UUID.randomUUID(), ACTION, UUID.randomUUID(),
            escaped(traits.birthName()), escaped(traits.firstName()), traits.sex(), traits.birthDate());
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/soap+xml; charset=utf-8")
            .timeout(Duration.ofSeconds(30))
            .POST(BodyPublishers.ofString(message))
            .build();
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        Document answer = parsed(response.body());
        if (response.statusCode() != 200) {
            Element error = (Element) answer.getElementsByTagNameNS("urn:siram", "Erreur").item(0);
            throw new InsiUnavailable(error == null ? "unknown" : error.getAttribute("code"));
        }
        return text(answer, "CodeCR").equals("00") ? text(answer, "NumIdentifiant") + text(answer, "Cle") : null;
    }

    private static String text(Document answer, String name) {
        return answer.getElementsByTagNameNS("http://www.cnamts.fr/INSiResultat", name).item(0).getTextContent();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static Document parsed(byte[] xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml));
    }
}

/** Starts `banc serve` on a free port, speaks to its control API, and stops it. */
class Simulator implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(30);

    final String soapUrl;
    private final String apiUrl;
    private final Path folder;
    private final Process server;
    private final HttpClient http = HttpClient.newHttpClient();

    Simulator() throws Exception {
        folder = Files.createTempDirectory("banc-insi-");
        Path readyFile = folder.resolve("ready.json");
        String banc = System.getenv().getOrDefault("BANC", "banc");
        server = new ProcessBuilder(banc, "serve", "--port", "0", "--people", "100",
                "--data-dir", folder.resolve("data").toString(), "--ready-file", readyFile.toString())
            .redirectOutput(folder.resolve("server.log").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        Instant deadline = Instant.now().plus(READY_WITHIN);
        while (!Files.exists(readyFile)) {
            if (!server.isAlive()) {
                throw new IllegalStateException("banc serve ended with " + server.exitValue());
            }
            if (Instant.now().isAfter(deadline)) {
                throw new IllegalStateException("banc serve was not ready in time");
            }
            Thread.sleep(50);
        }
        String ready = Files.readString(readyFile);
        soapUrl = value(ready, "soap_url");
        apiUrl = value(ready, "api_url");
    }

    /** Puts a rule in force: when and then, as JSON, are those of scenario files. */
    void script(String when, String then) throws Exception {
        String words = "{\"fr\": \"Essai\", \"en\": \"Test\"}";
        call("POST", "/sessions/default/scenarios", """
            {"scenario": {"id": "test/script", "title": %1$s, "purpose": %1$s, "source": "test", "evidence": "inferred",
            "rules": [{"when": %2$s, "then": %3$s}]}}""".formatted(words, when, then));
    }

    void clearScripts() throws Exception {
        call("DELETE", "/sessions/default/scenarios", "");
    }

    /** Whether some call was answered with this code. */
    boolean answered(String code) throws Exception {
        return !call("GET", "/exchanges?bodies=false&code=" + code, "").strip().equals("[]");
    }

    @Override
    public void close() throws Exception {
        server.destroy();
        if (!server.waitFor(10, TimeUnit.SECONDS)) {
            server.destroyForcibly().waitFor();
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private String call(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(apiUrl + path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() >= 400) {
            throw new IllegalStateException(method + " " + path + ": " + response.body());
        }
        return response.body();
    }

    private static String value(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\\s*\"([^\"]*)\"").matcher(json);
        if (!found.find()) {
            throw new IllegalStateException("expected " + name + " in " + json);
        }
        return found.group(1);
    }
}
