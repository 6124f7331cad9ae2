package io.mcpsession.clients;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageResult;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.Root;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A connection of the official Java client that remembers what the server said. */
final class JavaConnection implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final List<Double> progress = new CopyOnWriteArrayList<>();
    final List<String> logged = new CopyOnWriteArrayList<>();
    final List<String> changes = new CopyOnWriteArrayList<>();
    final McpSyncClient client;
    volatile ElicitResult.Action action = ElicitResult.Action.ACCEPT;
    private final HttpClientStreamableHttpTransport transport;
    private volatile String session = "";
    private volatile boolean resumed;
    private boolean waiting;
    private volatile JsonValue latest = JsonValue.NULL;

    JavaConnection(String revision, String token) {
        URI endpoint = URI.create(System.getenv("MCP_URL"));
        transport = HttpClientStreamableHttpTransport.builder("http://" + endpoint.getAuthority())
                .endpoint(endpoint.getPath())
                .supportedProtocolVersions(List.of(revision))
                .addHttpRequestCustomizer((request, method, _, body, _) -> {
                    request.header("Authorization", "Bearer " + token);
                    request.copy().build().headers().firstValue("Mcp-Session-Id").ifPresent(id -> session = id);
                    resumed |= request.copy().build().headers().firstValue("Last-Event-ID").isPresent();
                    note(method, body);
                })
                .build();
        client = McpClient.sync(transport).requestTimeout(PATIENCE).initializationTimeout(PATIENCE)
                .capabilities(ClientCapabilities.builder().elicitation().sampling().roots(true).build())
                .roots(new Root("file:///a", "a"), new Root("file:///b", "b"))
                .elicitation(_ -> new ElicitResult(action,
                        action == ElicitResult.Action.ACCEPT ? Map.of("response", "yes") : null))
                .sampling(_ -> CreateMessageResult.builder(Role.ASSISTANT, "Paris", "none").build())
                .progressConsumer(report -> progress.add(report.progress()))
                .loggingConsumer(message -> logged.add(String.valueOf(message.data())))
                .toolsChangeConsumer(_ -> changes.add("tools"))
                .resourcesUpdateConsumer(contents -> changes.add(contents.getFirst().uri()))
                .build();
    }

    /** The session id that was sent last. */
    String session() {
        return session;
    }

    /** Whether it has ever asked for what followed an event. */
    boolean resumed() {
        return resumed;
    }

    CallToolResult call(String tool) {
        return call(tool, Map.of());
    }

    CallToolResult call(String tool, Map<String, Object> arguments) {
        return client.callTool(CallToolRequest.builder(tool).arguments(arguments).progressToken("p").build());
    }

    String text(String tool, Map<String, Object> arguments) {
        return ((TextContent) call(tool, arguments).content().getFirst()).text();
    }

    /** Cancels the call that began last, over the transport: the client has no word for it. */
    void cancelLatest() {
        Object id = latest instanceof JsonNumber number
                ? (Object) number.longValue() : ((JsonString) latest).getString();
        transport.sendMessage(new JSONRPCNotification("notifications/cancelled", Map.of("requestId", id)))
                .block(PATIENCE);
    }

    private void note(String method, String body) {
        if (!method.equals("POST") || body == null) {
            return;
        }
        try (JsonReader reader = Json.createReader(new StringReader(body))) {
            JsonObject message = reader.readObject();
            if (message.getString("method", "").equals("tools/call")) {
                latest = message.get("id");
            }
        }
    }

    /** From now on a call is never answered, and closing does not wait for it. */
    void callStays() {
        waiting = true;
    }

    @Override
    public void close() {
        if (waiting) {
            client.close();
        } else {
            client.closeGracefully();
        }
    }
}
