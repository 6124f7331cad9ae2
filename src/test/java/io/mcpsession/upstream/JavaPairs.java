package io.mcpsession.upstream;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

/** The rows of the official Java client in the table that {@code src/test/bridge/pairs.mjs} begins. */
final class JavaPairs {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String TOKEN = "t";

    private final BlockingQueue<Double> progress = new LinkedBlockingQueue<>();
    private final HttpClientStreamableHttpTransport transport;
    private final McpSyncClient client;
    /** Id of the latest call: the client tells it nobody else. */
    private volatile JsonValue latest;

    private JavaPairs(URI endpoint, String token) {
        this.transport = HttpClientStreamableHttpTransport
                .builder(endpoint.getScheme() + "://" + endpoint.getAuthority()).endpoint(endpoint.getPath())
                .addHttpRequestCustomizer((request, method, _, body, _) -> {
                    request.header("Authorization", "Bearer " + token);
                    note(method, body);
                }).build();
        this.client = McpClient.sync(transport).requestTimeout(PATIENCE)
                .capabilities(ClientCapabilities.builder().elicitation().build())
                .elicitation(_ -> new ElicitResult(ElicitResult.Action.ACCEPT, Map.of("name", "Ada")))
                .progressConsumer(report -> progress.add(report.progress()))
                .build();
    }

    /**
     * @param arguments the endpoint, and the file that says what the servers call things; the token comes from
     *                  {@code MCP_DEV_TOKEN}
     */
    public static void main(String[] arguments) throws IOException {
        JavaPairs pairs = new JavaPairs(URI.create(arguments[0]), System.getenv("MCP_DEV_TOKEN"));
        JsonObject servers = json(Files.readString(Path.of(arguments[1])));
        boolean all = true;
        pairs.client.initialize();
        for (String name : servers.keySet()) {
            JsonObject server = servers.getJsonObject(name);
            List<String> cells = new ArrayList<>();
            for (Fact fact : Fact.values()) {
                cells.add(pairs.cell(name, fact, server));
            }
            all &= !cells.contains("✗");
            System.out.println("| java 2 | " + name + " | " + String.join(" | ", cells) + " |");
        }
        pairs.client.closeGracefully();
        System.out.println("\n¹ The Java SDK has no word for it: notifications/cancelled goes over its transport by hand.");
        // The call that was cancelled still waits, and so would the client's threads.
        System.exit(all ? 0 : 1);
    }

    /** In the order of the table's columns. */
    private enum Fact { LIST, CALL, PROGRESS, ELICITATION, CANCEL }

    private String cell(String name, Fact fact, JsonObject server) {
        try {
            switch (fact) {
                case LIST -> list(server);
                case CALL -> assertThat(call(server.getJsonObject("echo")), is("Echo: hi"));
                case PROGRESS -> progress(server);
                case ELICITATION -> assertThat(call(server.getJsonObject("ask")), containsString("Ada"));
                case CANCEL -> cancel(server);
            }
            return fact == Fact.CANCEL ? "✓ ¹" : "✓";
        } catch (RuntimeException | AssertionError | InterruptedException e) {
            System.err.println("java 2 → " + name + ", " + fact + ": " + e);
            return "✗";
        }
    }

    private void list(JsonObject server) {
        List<String> names = client.listTools().tools().stream().map(Tool::name).toList();
        String[] expected = server.getJsonArray("tools").getValuesAs(JsonString::getString).toArray(String[]::new);
        assertThat(names, hasItems(expected));
        assertThat(names, hasItem("session_info"));
        assertThat("what is denied is listed", names, not(hasItem("e_get-env")));
    }

    private void progress(JsonObject server) throws InterruptedException {
        progress.clear();
        call(server.getJsonObject("steps"));
        for (double step = 1; step <= 4; step++) {
            assertThat(progress.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), is(step));
        }
    }

    private void cancel(JsonObject server) throws InterruptedException {
        JsonObject counter = server.getJsonObject("cancelled");
        int before = counter == null ? 0 : Integer.parseInt(call(counter));
        progress.clear();
        Thread.ofVirtual().start(() -> {
            try {
                call(server.getJsonObject("hang"));
                progress.add(Double.NaN);
            } catch (RuntimeException e) {
                // As it should: nobody answers what is cancelled.
            }
        });
        Double begun = progress.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        assertThat("it runs", begun, notNullValue());
        transport.sendMessage(new JSONRPCNotification("notifications/cancelled", Map.of("requestId", id())))
                .block(PATIENCE);
        assertThat(call(server.getJsonObject("echo")), is("Echo: hi"));
        if (counter == null) {
            quiet();
            return;
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        int now = before;
        while (now == before && System.nanoTime() < end) {
            now = Integer.parseInt(call(counter));
        }
        assertThat("calls cancelled there", now, greaterThan(before));
    }

    /** Whoever does not count what is cancelled must at least be heard of no more: it reports ten times a second. */
    private void quiet() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            if (progress.poll(1, TimeUnit.SECONDS) == null) {
                return;
            }
        }
        throw new AssertionError("it goes on reporting");
    }

    private Object id() {
        return latest instanceof JsonNumber number ? (Object) number.longValue() : ((JsonString) latest).getString();
    }

    /** Looks for the id of the call that hangs; the others are over when somebody wants theirs. */
    private void note(String method, String body) {
        if (!method.equals("POST") || body == null) {
            return;
        }
        JsonObject message = json(body);
        if (message.getString("method", "").equals("tools/call")) {
            latest = message.get("id");
        }
    }

    private String call(JsonObject params) {
        Map<String, Object> arguments = params.getJsonObject("arguments").entrySet().stream().collect(
                Collectors.toMap(Map.Entry::getKey, entry -> switch (entry.getValue()) {
                    case JsonNumber number -> number.longValue();
                    case JsonString text -> text.getString();
                    default -> throw new IllegalArgumentException(entry.toString());
                }));
        CallToolRequest request = CallToolRequest.builder(params.getString("name")).arguments(arguments)
                .progressToken(TOKEN).build();
        return client.callTool(request).content().stream().filter(TextContent.class::isInstance)
                .map(block -> ((TextContent) block).text()).collect(Collectors.joining("\n"));
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
