package io.mcpsession.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Another MCP server that says exactly what a test wants, byte for byte. Unless told otherwise it is a server of the
 * session era that hands out ids and has one tool, {@code echo}.
 */
public final class ScriptedServer implements AutoCloseable {

    private static final String TOOL = """
            {"name": "echo", "description": "Echoes.", "inputSchema": {"type": "object"}}""";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Function<Asked, Reply>> script = new ConcurrentHashMap<>();
    private final List<Asked> heard = new CopyOnWriteArrayList<>();

    public ScriptedServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        on("initialize", asked -> asked.result("""
                {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
                 "serverInfo": {"name": "scripted", "version": "1"}}""").with("Mcp-Session-Id", "s-" + heard.size()));
        on("tools/list", asked -> asked.result("{\"tools\": [" + TOOL + "]}"));
        on("tools/call", asked -> asked.result("{\"content\": [{\"type\": \"text\", \"text\": \"done\"}]}"));
        server.start();
    }

    /** What it says from now on to a JSON-RPC method, or to an HTTP method such as {@code GET}. */
    public ScriptedServer on(String method, Function<Asked, Reply> reply) {
        script.put(method, reply);
        return this;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    /** Everything that was asked, in order. */
    public List<Asked> heard() {
        return heard;
    }

    /** How often a method was asked. */
    public long count(String method) {
        return heard.stream().filter(asked -> asked.method().equals(method)).count();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String text = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            Asked asked = new Asked(exchange.getRequestMethod(), exchange.getRequestURI().getPath(),
                    Map.copyOf(exchange.getRequestHeaders()), text.isEmpty() ? JsonValue.EMPTY_JSON_OBJECT : json(text));
            heard.add(asked);
            Reply reply = script.getOrDefault(asked.method(), ScriptedServer::otherwise).apply(asked);
            if (reply == Reply.CLOSED) {
                return;
            }
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
            exchange.getResponseBody().write(reply.body());
        }
    }

    private static Reply otherwise(Asked asked) {
        if (!asked.http().equals("POST")) {
            return Reply.status(405);
        }
        return asked.message().containsKey("id")
                ? asked.error(-32601, "Method not found")
                : Reply.status(202);
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /**
     * One request.
     *
     * @param http    its HTTP method
     * @param message its body; empty when it has none
     */
    public record Asked(String http, String path, Map<String, List<String>> headers, JsonObject message) {

        /** The JSON-RPC method, or the HTTP method where there is none. */
        public String method() {
            return message.getString("method", http);
        }

        public String header(String name) {
            return headers.entrySet().stream().filter(entry -> entry.getKey().equalsIgnoreCase(name))
                    .map(entry -> entry.getValue().getFirst()).findFirst().orElse("");
        }

        public JsonObject params() {
            return message.containsKey("params") ? message.getJsonObject("params") : JsonValue.EMPTY_JSON_OBJECT;
        }

        /** The text of an answer. */
        public String answer(String result) {
            return "{\"jsonrpc\": \"2.0\", \"id\": " + message.get("id") + ", \"result\": " + result.replace("\n", " ") + "}";
        }

        public Reply result(String result) {
            return Reply.json(200, answer(result));
        }

        public Reply error(int code, String words) {
            return Reply.json(200, "{\"jsonrpc\": \"2.0\", \"id\": " + message.get("id") + ", \"error\": {\"code\": " + code
                    + ", \"message\": \"" + words + "\"}}");
        }
    }

    /** What is sent back. */
    public record Reply(int status, Map<String, String> headers, byte[] body) {

        /** The connection is closed without a word. */
        public static final Reply CLOSED = status(0);

        public static Reply status(int status) {
            return new Reply(status, Map.of(), new byte[0]);
        }

        public static Reply of(int status, String type, String body) {
            return new Reply(status, Map.of("Content-Type", type), body.getBytes(UTF_8));
        }

        public static Reply json(int status, String body) {
            return of(status, "application/json", body);
        }

        public static Reply events(String body) {
            return of(200, "text/event-stream", body);
        }

        public Reply with(String name, String value) {
            Map<String, String> all = new HashMap<>(headers);
            all.put(name, value);
            return new Reply(status, all, body);
        }
    }
}
