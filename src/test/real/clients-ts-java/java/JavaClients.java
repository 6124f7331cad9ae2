package io.mcpsession.clients;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.McpHttpClientTransportAuthorizationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The official Java client in every revision, in the environment that {@code stage} makes. Writes its results. */
final class JavaClients {

    private static final List<String> REVISIONS = List.of("2025-03-26", "2025-06-18", "2025-11-25");
    private static final Map<String, String> ENVIRONMENT = System.getenv();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int STEPS = 20;

    private final Map<String, Integer> counts = new TreeMap<>();
    private final String version = Path.of(URI.create(McpClient.class.getProtectionDomain().getCodeSource()
            .getLocation().toString())).getFileName().toString().replaceAll("^mcp-core-|\\.jar$", "");

    /** A case that answers its note. */
    interface Case {

        String play() throws Exception;
    }

    /** What the client has no means for. */
    static final class CannotException extends RuntimeException {

        CannotException(String why) {
            super(why);
        }
    }

    public static void main(String[] arguments) throws Exception {
        JavaClients clients = new JavaClients();
        clients.run();
        System.out.printf("java client: %d ok, %d cannot, %d failed%n", clients.count("ok"), clients.count("cannot"),
                clients.count("failed"));
        // The call that was cancelled still waits, and so would the client's threads.
        System.exit(clients.count("failed") == 0 ? 0 : 1);
    }

    private int count(String outcome) {
        return counts.getOrDefault(outcome, 0);
    }

    private void run() throws Exception {
        for (String revision : REVISIONS) {
            stage("/to/turns");
            JavaConnection shared = new JavaConnection(revision, ENVIRONMENT.get("MCP_TOKEN"));
            for (Map.Entry<String, Case> each : new JavaCases(revision, shared).all().entrySet()) {
                record(revision, each.getKey(), "-", each.getValue());
            }
            shared.close();
            record(revision, "delete", "-", () -> delete(revision));
            record(revision, "wrong-token", "-", () -> refused(revision, "nobody", "unknown token"));
            record(revision, "expired-token", "-",
                    () -> refused(revision, ENVIRONMENT.get("MCP_EXPIRED_TOKEN"), "expired"));
            record(revision, "restart", "-", () -> restart(revision));
            record(revision, "other-replica", "-", () -> otherReplica(revision));
            record(revision, "resume", "-", () -> resume(revision));
        }
        stage("/to/turns");
        for (String policy : List.of("compat", "strict", "robust")) {
            stage("/policy/" + policy);
            for (String revision : REVISIONS) {
                record(revision, "ended", policy, () -> ended(revision, policy));
            }
        }
    }

    private void record(String revision, String name, String policy, Case test) throws IOException {
        String outcome = "ok";
        String note;
        try {
            note = test.play();
        } catch (CannotException e) {
            outcome = "cannot";
            note = e.getMessage();
        } catch (Exception | AssertionError e) {
            outcome = "failed";
            note = causes(e);
            System.out.println("java-sdk " + version + ", " + revision + ", " + name + " " + policy + ": " + note);
        }
        counts.merge(outcome, 1, Integer::sum);
        Files.writeString(Path.of(ENVIRONMENT.get("MCP_RESULTS")), String.join("\t", "java-sdk", version, revision, name,
                policy, outcome, note.replaceAll("\\s+", " ")) + "\n", StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static String causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(Throwable::toString).collect(Collectors.joining(", because "));
    }

    private static JavaConnection connect(String revision) {
        JavaConnection it = new JavaConnection(revision, ENVIRONMENT.get("MCP_TOKEN"));
        it.client.initialize();
        return it;
    }

    private static String delete(String revision) throws Exception {
        JavaConnection it = connect(revision);
        it.call("test_simple_text");
        it.close();
        HttpRequest ping = HttpRequest.newBuilder(URI.create(ENVIRONMENT.get("MCP_SECOND")))
                .header("Authorization", "Bearer " + ENVIRONMENT.get("MCP_TOKEN"))
                .header("Mcp-Session-Id", it.session()).header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")).build();
        assertThat(HTTP.send(ping, BodyHandlers.ofString()).statusCode(), is(404));
        return "by closing the client";
    }

    private static String refused(String revision, String token, String word) {
        JavaConnection it = new JavaConnection(revision, token);
        Throwable failure = assertThrows(RuntimeException.class, it.client::initialize);
        assertThat(causes(failure), failure.getCause(), instanceOf(McpHttpClientTransportAuthorizationException.class));
        HttpResponse.ResponseInfo answer =
                ((McpHttpClientTransportAuthorizationException) failure.getCause()).getResponseInfo();
        assertThat(answer.statusCode(), is(401));
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow(), containsString(word));
        return "";
    }

    private static void keep(JavaConnection it) {
        it.call("note_set", Map.of("name", "n", "text", "kept"));
    }

    private static String kept(JavaConnection it) {
        return it.text("note_get", Map.of("name", "n"));
    }

    private static void assertThatAnswers(JavaConnection it, String replica) {
        assertThat(it.text("session_info", Map.of()), containsString("\"replica\":\"" + replica + "\""));
    }

    private static String restart(String revision) throws Exception {
        stage("/to/first");
        try (JavaConnection it = connect(revision)) {
            keep(it);
            stage("/restart/first");
            assertThat(kept(it), is("kept"));
            assertThatAnswers(it, "first");
        }
        return "";
    }

    private static String otherReplica(String revision) throws Exception {
        stage("/to/first");
        try (JavaConnection it = connect(revision)) {
            keep(it);
            assertThatAnswers(it, "first");
            stage("/to/second");
            assertThat(kept(it), is("kept"));
            assertThatAnswers(it, "second");
        }
        return "";
    }

    private static String resume(String revision) throws Exception {
        stage("/to/first");
        try (JavaConnection it = connect(revision)) {
            CompletableFuture<String> running = CompletableFuture.supplyAsync(
                    () -> it.text("test_steps", Map.of("steps", Integer.toString(STEPS))),
                    task -> Thread.ofVirtual().start(task));
            eventually(it.progress::size, greaterThan(3));
            stage("/to/second");
            try {
                assertThat(running.get(5, TimeUnit.SECONDS), is("Completed " + STEPS + " steps"));
            } catch (TimeoutException e) {
                assertThat("it asked for what followed, and did not get it", it.resumed(), is(false));
                assertThatAnswers(it, "second");
                it.callStays();
                throw new CannotException("the client does not resume a stream that breaks, and its call waits until it"
                        + " times out; the next one is served");
            }
            eventually(() -> it.progress.stream().sorted().toList(),
                    is(IntStream.rangeClosed(1, STEPS).mapToObj(step -> (double) step).toList()));
        }
        return "";
    }

    private static String ended(String revision, String policy) throws Exception {
        try (JavaConnection it = connect(revision)) {
            it.call("test_simple_text");
            String before = it.session();
            stage("/end");
            if (policy.equals("strict")) {
                assertThrows(RuntimeException.class, () -> it.call("test_simple_text"));
                keep(it);
                assertThat(it.session(), is(not(before)));
                assertThat(kept(it), is("kept"));
                return "one call fails, then it opens another session by itself";
            }
            keep(it);
            assertThat(kept(it), is("kept"));
            if (policy.equals("robust")) {
                assertThat(it.session(), is(before));
            }
            return it.session().equals(before) ? "goes on with the old id" : "goes on with the new id";
        }
    }

    private static void stage(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(ENVIRONMENT.get("MCP_STAGE") + path))
                .POST(BodyPublishers.noBody()).build();
        var answer = HTTP.send(request, BodyHandlers.ofString());
        assertThat(path + ": " + answer.body(), answer.statusCode(), is(200));
    }
}
