package io.mcpsession.upstream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A server of the session era that counts in each session, and can forget its sessions, stop and come back. */
final class StatefulPeer implements AutoCloseable {

    /** Messages of a flood, of 4 kB each. */
    static final int FLOOD = 20_000;

    private static final String TOOL = """
            {"name": "%s", "description": "A tool.", "inputSchema": {"type": "object"}, "annotations": {%s}}""";

    private final ConcurrentMap<String, AtomicInteger> sessions = new ConcurrentHashMap<>();
    private final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
    private final List<String> ended = new CopyOnWriteArrayList<>();
    private final List<String> levels = new CopyOnWriteArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();
    private volatile List<String> tools = List.of(
            TOOL.formatted("count", ""), TOOL.formatted("pay", "\"idempotentHint\": false"),
            TOOL.formatted("hang", ""));
    private volatile CountDownLatch hanging = new CountDownLatch(1);
    private volatile CountDownLatch overtaking = new CountDownLatch(0);
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger flooded = new AtomicInteger();
    private volatile long lastFlooded = System.nanoTime();
    private volatile int lostStatus = 404;
    private HttpServer server;
    private int port;

    StatefulPeer() {
        start();
    }

    void start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = server.getAddress().getPort();
        server.createContext("/mcp", this::serve);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** Ends at once, and forgets everything. */
    void stop() {
        server.stop(0);
        sessions.clear();
    }

    void forgetSessions(int status) {
        lostStatus = status;
        sessions.clear();
    }

    void offer(String... names) {
        tools = List.of(names).stream().map(name -> TOOL.formatted(name, "")).toList();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port + "/mcp");
    }

    /** Headers of the calls of tools. */
    List<Map<String, List<String>>> headers() {
        return headers;
    }

    /** How often its list was asked for. */
    int asked() {
        return asked.get();
    }

    /** How often a tool was run. */
    int runs() {
        return runs.get();
    }

    /** What sessions wanted to hear, in order. */
    List<String> levels() {
        return levels;
    }

    /** Ids of sessions that were ended by DELETE. */
    List<String> ended() {
        return ended;
    }

    int living() {
        return sessions.size();
    }

    /** From now on a cancel takes so long that a DELETE which does not wait for it arrives first. */
    void cancelSlowly() {
        overtaking = new CountDownLatch(1);
    }

    /** Cancels and ends, in the order in which they were done. */
    List<String> heard() {
        return heard;
    }

    /** How many messages a flood has let go of. */
    int flooded() {
        return flooded.get();
    }

    /** How long a flood has been held up. */
    Duration held() {
        return Duration.ofNanos(System.nanoTime() - lastFlooded);
    }

    private void flood(HttpExchange exchange, JsonObject message) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < FLOOD; i++) {
            out.write(("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"error\","
                    + "\"data\":\"" + "x".repeat(4000) + "\"}}\n\n").getBytes(UTF_8));
            lastFlooded = System.nanoTime();
            flooded.incrementAndGet();
        }
        out.write(("data: {\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"result\":{\"content\":[]}}\n\n")
                .getBytes(UTF_8));
    }

    /** Lets the calls go on that hang. */
    void release() {
        hanging.countDown();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
            byte[] body = exchange.getRequestBody().readAllBytes();
            switch (exchange.getRequestMethod()) {
                case "DELETE" -> {
                    heard.add("DELETE");
                    overtaking.countDown();
                    if (sessions.remove(session) != null) {
                        ended.add(session);
                    }
                    exchange.sendResponseHeaders(200, -1);
                }
                case "POST" -> post(exchange, session, json(new String(body, UTF_8)));
                default -> exchange.sendResponseHeaders(405, -1);
            }
        }
    }

    private void post(HttpExchange exchange, String session, JsonObject message) throws IOException {
        String method = message.getString("method", "");
        if (method.equals("initialize")) {
            String id = UUID.randomUUID().toString();
            sessions.put(id, new AtomicInteger());
            exchange.getResponseHeaders().set("Mcp-Session-Id", id);
            answer(exchange, message, """
                    {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}, "logging": {}},
                     "serverInfo": {"name": "counter", "version": "1"}}""");
        } else if (session == null || !sessions.containsKey(session)) {
            int status = session == null ? 400 : lostStatus;
            send(exchange, status, """
                    {"jsonrpc": "2.0", "error": {"code": -32000, "message": "Bad Request: No valid session ID provided"}}""");
        } else if (method.equals("notifications/cancelled")) {
            overtaken();
            heard.add(method);
            exchange.sendResponseHeaders(202, -1);
        } else if (!message.containsKey("id")) {
            exchange.sendResponseHeaders(202, -1);
        } else if (method.equals("tools/list")) {
            asked.incrementAndGet();
            answer(exchange, message, "{\"tools\": [" + String.join(",", tools) + "]}");
        } else if (method.equals("logging/setLevel")) {
            levels.add(message.getJsonObject("params").getString("level"));
            answer(exchange, message, "{}");
        } else if (method.equals("tools/call")) {
            headers.add(exchange.getRequestHeaders());
            runs.incrementAndGet();
            if (message.getJsonObject("params").getString("name").equals("flood")) {
                flood(exchange, message);
                return;
            }
            if (message.getJsonObject("params").getString("name").equals("hang")) {
                await();
            }
            AtomicInteger count = sessions.getOrDefault(session, new AtomicInteger());
            answer(exchange, message, "{\"content\": [{\"type\": \"text\", \"text\": \"" + count.incrementAndGet() + "\"}]}");
        } else {
            send(exchange, 200, "{\"jsonrpc\": \"2.0\", \"id\": " + message.get("id")
                    + ", \"error\": {\"code\": -32601, \"message\": \"Method not found\"}}");
        }
    }

    private void overtaken() {
        try {
            overtaking.await(500, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void await() {
        try {
            hanging.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, JsonObject asked, String result) throws IOException {
        send(exchange, 200, "{\"jsonrpc\": \"2.0\", \"id\": " + asked.get("id") + ", \"result\": " + result + "}");
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
    }
}
