package io.mcpsession.upstream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A server of either era, or of both, whose tools do what a test says. In sessions it can speak on the GET stream. */
final class ScriptedPeer implements AutoCloseable {

    /** Which eras it serves. */
    enum Serves { SESSIONS, STATELESS, BOTH }

    /** What happens when a method is called; for {@code tools/call} by the tool's name. */
    @FunctionalInterface
    interface Script {

        void run(Asked asked) throws IOException, InterruptedException;
    }

    private final Serves serves;
    private final Map<String, Script> scripts = new LinkedHashMap<>();
    private final List<JsonObject> heard = new CopyOnWriteArrayList<>();
    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<String, GetStream> streams = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final HttpServer server;
    private volatile String capabilities = "{\"tools\":{\"listChanged\":true},\"logging\":{},"
            + "\"resources\":{\"subscribe\":true}}";
    private volatile List<String> resources = List.of();
    private volatile String instructions = "";
    private final AtomicInteger refusedStreams = new AtomicInteger();
    private volatile boolean streaming = true;
    private volatile boolean held;

    ScriptedPeer(Serves serves) {
        this.serves = serves;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/mcp", this::serve);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    ScriptedPeer on(String name, Script script) {
        scripts.put(name, script);
        return this;
    }

    ScriptedPeer offering(String json, String... uris) {
        capabilities = json;
        resources = List.of(uris);
        return this;
    }

    ScriptedPeer instructing(String text) {
        instructions = text;
        return this;
    }

    /** From now on a GET is answered with 405. */
    ScriptedPeer withoutStreams() {
        streaming = false;
        return this;
    }

    /** From now on a GET is answered, but its head does not come. */
    void holdHeads() {
        held = true;
    }

    /** How many GETs were answered with 405. */
    int refusedStreams() {
        return refusedStreams.get();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    /** All messages of a method, in the order in which they came; besides {@code params} they say their {@code session}. */
    List<JsonObject> heard(String method) {
        return heard.stream().filter(it -> it.getString("method", "").equals(method)).toList();
    }

    /** How often a tool was called. */
    long runs(String tool) {
        return heard("tools/call").stream().filter(it -> it.getJsonObject("params").getString("name").equals(tool)).count();
    }

    /** Sessions that have a GET stream. */
    Set<String> streaming() {
        return streams.keySet();
    }

    Set<String> sessions() {
        return sessions;
    }

    /** Forgets its sessions and ends their streams. */
    void forgetSessions() {
        sessions.clear();
        breakStreams();
    }

    void breakStreams() {
        streams.values().forEach(GetStream::end);
    }

    /** Says something on the stream of a session. */
    void say(String session, String method, String params) {
        streams.get(session).send("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + "}");
    }

    /** Asks on the stream of a session; the answer is a whole message. */
    CompletableFuture<JsonObject> ask(String session, String method, String params) {
        String id = UUID.randomUUID().toString();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        streams.get(session).send(request(id, method, params));
        return answer;
    }

    private static String request(String id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"" + id + "\",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
            byte[] body = exchange.getRequestBody().readAllBytes();
            switch (exchange.getRequestMethod()) {
                case "POST" -> post(new Asked(exchange, session, Json.parseObject(new String(body, UTF_8))));
                case "DELETE" -> {
                    sessions.remove(session);
                    exchange.sendResponseHeaders(200, -1);
                    GetStream stream = streams.get(session);
                    if (stream != null) {
                        stream.end();
                    }
                }
                default -> stream(exchange, session);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stream(HttpExchange exchange, String session) throws IOException, InterruptedException {
        if (!streaming || session == null) {
            refusedStreams.incrementAndGet();
            exchange.sendResponseHeaders(405, -1);
        } else if (held) {
            closed.await();
        } else if (!sessions.contains(session)) {
            exchange.sendResponseHeaders(404, -1);
        } else {
            GetStream stream = new GetStream(exchange);
            if (streams.putIfAbsent(session, stream) != null) {
                exchange.sendResponseHeaders(409, -1);
                return;
            }
            heard.add(Json.object().add("method", "GET").add("session", session).add("last",
                    String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID"))).build());
            try {
                stream.run();
            } finally {
                streams.remove(session);
            }
        }
    }

    /** Its end shows when a comment cannot be written. */
    private final class GetStream {

        private final HttpExchange exchange;
        private final CountDownLatch over = new CountDownLatch(1);
        private int number;

        GetStream(HttpExchange exchange) {
            this.exchange = exchange;
        }

        void run() throws IOException, InterruptedException {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            write(": open\n\n");
            while (!over.await(50, TimeUnit.MILLISECONDS) && closed.getCount() > 0) {
                write(": still here\n\n");
            }
        }

        synchronized void send(String message) {
            try {
                write("id: " + ++number + "\ndata: " + message + "\n\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private synchronized void write(String text) throws IOException {
            OutputStream out = exchange.getResponseBody();
            out.write(text.getBytes(UTF_8));
            out.flush();
        }

        void end() {
            over.countDown();
        }
    }

    private void post(Asked asked) throws IOException, InterruptedException {
        JsonObject message = asked.message();
        String method = message.getString("method", "");
        heard.add(Json.object(message).add("session", String.valueOf(asked.session())).build());
        boolean stateless = asked.exchange().getRequestHeaders().containsKey("Mcp-Method");
        if (method.isEmpty()) {
            asked.accepted();
            CompletableFuture<JsonObject> answer = answers.remove(message.getString("id"));
            if (answer != null) {
                answer.complete(message);
            }
        } else if (stateless ? serves == Serves.SESSIONS : serves == Serves.STATELESS) {
            asked.error(400, "{\"code\":-32601,\"message\":\"not this era\"}");
        } else if (method.equals("initialize")) {
            String id = UUID.randomUUID().toString();
            sessions.add(id);
            asked.exchange().getResponseHeaders().set("Mcp-Session-Id", id);
            asked.result("{\"protocolVersion\":\"2025-11-25\",\"capabilities\":" + capabilities
                    + ",\"instructions\":" + Json.string(instructions) + ",\"serverInfo\":{\"name\":\"scripted\",\"version\":\"1\"}}");
        } else if (!stateless && !sessions.contains(String.valueOf(asked.session()))) {
            asked.error(404, "{\"code\":-32001,\"message\":\"Session not found\"}");
        } else if (!message.containsKey("id")) {
            asked.accepted();
        } else {
            answer(asked, method, message);
        }
    }

    private void answer(Asked asked, String method, JsonObject message) throws IOException, InterruptedException {
        String name = method.equals("tools/call") ? message.getJsonObject("params").getString("name") : method;
        if (scripts.containsKey(name)) {
            scripts.get(name).run(asked);
            return;
        }
        switch (method) {
            case "server/discover" -> asked.result("{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":"
                    + capabilities + ",\"instructions\":" + Json.string(instructions) + ",\"resultType\":\"complete\"}");
            case "tools/list" -> asked.result("{\"tools\":[" + String.join(",", tools()) + "]}");
            case "resources/list" -> asked.result("{\"resources\":[" + String.join(",", resources.stream()
                    .map(uri -> "{\"uri\":\"" + uri + "\",\"name\":\"r\"}").toList()) + "]}");
            case "logging/setLevel", "resources/subscribe", "resources/unsubscribe" -> asked.result("{}");
            default -> asked.error(200, "{\"code\":-32601,\"message\":\"Method not found\"}");
        }
    }

    private List<String> tools() {
        List<String> tools = new ArrayList<>();
        scripts.keySet().stream().filter(name -> !name.contains("/")).forEach(name ->
                tools.add("{\"name\":\"" + name + "\",\"inputSchema\":{\"type\":\"object\"}}"));
        return tools;
    }

    /** One message that came, and the way to answer it. */
    final class Asked {

        private final HttpExchange exchange;
        private final String session;
        private final JsonObject message;
        private boolean streamed;

        private Asked(HttpExchange exchange, String session, JsonObject message) {
            this.exchange = exchange;
            this.session = session;
            this.message = message;
        }

        HttpExchange exchange() {
            return exchange;
        }

        /** Null outside of sessions. */
        String session() {
            return session;
        }

        JsonObject message() {
            return message;
        }

        JsonObject params() {
            return message.getJsonObject("params");
        }

        void accepted() throws IOException {
            exchange.sendResponseHeaders(202, -1);
        }

        void text(String text) throws IOException {
            result("{\"content\":[{\"type\":\"text\",\"text\":" + Json.string(text) + "}]}");
        }

        void result(String json) throws IOException {
            end(200, "{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"result\":" + json + "}");
        }

        void error(int status, String json) throws IOException {
            end(status, "{\"jsonrpc\":\"2.0\",\"id\":" + message.get("id") + ",\"error\":" + json + "}");
        }

        /** Says something on the stream of the call. */
        void say(String method, String params) throws IOException {
            event("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + "}");
        }

        /** Asks on the stream of the call, and waits for the whole answer. */
        JsonObject ask(String method, String params) throws IOException {
            String id = UUID.randomUUID().toString();
            CompletableFuture<JsonObject> answer = new CompletableFuture<>();
            answers.put(id, answer);
            event(request(id, method, params));
            return answer.orTimeout(20, TimeUnit.SECONDS).join();
        }

        /** Sends any message on the stream of the call. */
        void raw(String message) throws IOException {
            event(message);
        }

        private void event(String message) throws IOException {
            if (!streamed) {
                streamed = true;
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
            }
            exchange.getResponseBody().write(("data: " + message + "\n\n").getBytes(UTF_8));
            exchange.getResponseBody().flush();
        }

        private void end(int status, String json) throws IOException {
            if (streamed) {
                event(json);
                return;
            }
            byte[] bytes = json.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
