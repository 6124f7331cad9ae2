package io.mcpsession.stage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.PlainRedis;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/** Starts the replicas, and does what suites ask for at the control URL, one thing after the other. */
final class Stage {

    private static final Set<String> POLICIES = Set.of("compat", "strict", "robust");

    private final PlainRedis redis;
    private final List<Replica> replicas;
    private final Front front;

    private Stage(PlainRedis redis, List<Replica> replicas, Front front) {
        this.redis = redis;
        this.replicas = replicas;
        this.front = front;
    }

    /** Prints what suites need to know as shell variables. Ends when standard input does. */
    public static void main(String[] arguments) throws IOException {
        EmbeddedRedis server = EmbeddedRedis.start();
        PlainRedis redis = new PlainRedis(server.address());
        SecureRandom random = new SecureRandom();
        String token = TokenSecret.mint(random);
        String other = TokenSecret.mint(random);
        String expired = TokenSecret.mint(random);
        redis.call("HSET", "mcp:tokens", TokenSecret.digest(expired), "{\"id\":\"00000001\",\"subject\":\"alice\",\"name\":\"\","
                + "\"created\":1,\"expires\":" + (System.currentTimeMillis() - 60_000) + "}");
        Map<String, String> settings = new HashMap<>(Map.of(
                "MCP_STORE_REDIS_MODE", "single", "MCP_STORE_REDIS_ADDRESS", server.address().toString(),
                "SERVER_HOST", "127.0.0.1", "SERVER_SOCKETS_0_HOST", "127.0.0.1", "SERVER_SOCKETS_1_HOST", "127.0.0.1",
                "SERVER_PORT", "0", "SERVER_SOCKETS_1_PORT", "0", "MCP_GRPC_INSECURE", "true"));
        settings.putAll(Map.of(
                "MCP_AUTH_TOKENS_0_USER", "alice", "MCP_AUTH_TOKENS_0_NAME", "a",
                "MCP_AUTH_TOKENS_0_SHA256", hex(token),
                "MCP_AUTH_TOKENS_1_USER", "bob", "MCP_AUTH_TOKENS_1_NAME", "b",
                "MCP_AUTH_TOKENS_1_SHA256", hex(other)));
        List<Replica> replicas = List.of(
                new Replica("first", freePort(), settings), new Replica("second", freePort(), settings));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> replicas.forEach(Replica::kill)));
        for (Replica replica : replicas) {
            replica.start();
        }
        Front front = new Front(replicas.stream().map(Replica::port).toList());
        HttpServer control = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        control.createContext("/", new Stage(redis, replicas, front)::serve);
        control.start();
        System.out.println("MCP_URL=" + endpoint(front.port())
                + "\nMCP_FIRST=" + endpoint(replicas.getFirst().port())
                + "\nMCP_SECOND=" + endpoint(replicas.getLast().port())
                + "\nMCP_STAGE=http://127.0.0.1:" + control.getAddress().getPort()
                + "\nMCP_TOKEN=" + token + "\nMCP_OTHER_TOKEN=" + other + "\nMCP_EXPIRED_TOKEN=" + expired
                + "\nready");
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        int status = 200;
        String answer = "done\n";
        try {
            if (!exchange.getRequestMethod().equals("POST") || !act(exchange.getRequestURI().getPath())) {
                status = 404;
                answer = "there is no such thing to do\n";
            }
        } catch (IOException | RuntimeException | InterruptedException e) {
            status = 500;
            answer = e + "\n";
        }
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        // A connection that this server closes as idle just when it is used again would fail its client.
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private boolean act(String path) throws IOException, InterruptedException {
        switch (path) {
            case "/to/first" -> front.lead(0);
            case "/to/second" -> front.lead(1);
            case "/to/turns" -> front.leadInTurns();
            case "/break" -> front.cut();
            case "/end" -> redis.sessions().forEach(this::end);
            case "/restart/first" -> restart(replicas.getFirst());
            case "/restart/second" -> restart(replicas.getLast());
            default -> {
                String policy = path.replaceFirst("^/policy/", "");
                if (!POLICIES.contains(policy)) {
                    return false;
                }
                for (Replica replica : replicas) {
                    replica.set("MCP_SESSION_POLICY", policy);
                    restart(replica);
                }
            }
        }
        return true;
    }

    private void end(String session) {
        try {
            redis.expire(session);
        } catch (AssertionError | NoSuchElementException e) {
            // Whoever sweeps expired sessions away was here since: it has ended.
        }
    }

    private static void restart(Replica replica) throws IOException, InterruptedException {
        replica.stop();
        replica.start();
    }

    private static String endpoint(int port) {
        return "http://127.0.0.1:" + port + "/api/mcp";
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The digest as settings want it. */
    private static String hex(String token) {
        return HexFormat.of().formatHex(Base64.getUrlDecoder().decode(TokenSecret.digest(token)));
    }
}
