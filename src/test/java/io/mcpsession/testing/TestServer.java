package io.mcpsession.testing;

import io.mcpsession.Server;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.settings.Settings;
import io.mcpsession.tracing.Tracing;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The real server on free ports, with two users who may call it. */
public final class TestServer implements AutoCloseable {

    public static final String ALICE = "alice-secret";
    public static final String BOB = "bob-secret";

    private final Server server;

    private TestServer(Map<String, String> keys) {
        this(keys, _ -> Offering.ofTools(List.of()));
    }

    /**
     * @param more what it offers besides its own tools
     */
    TestServer(Map<String, String> keys, Function<Changes, Offering> more) {
        this(keys, more, Optional.empty());
    }

    private TestServer(Map<String, String> keys, Function<Changes, Offering> more, Optional<Tracing> tracing) {
        Map<String, String> all = new HashMap<>(Map.of(
                "server.port", "0", "server.sockets.0.port", "0", "server.sockets.1.port", "0",
                "mcp.grpc.insecure", "true",
                "mcp.auth.tokens.0.user", "alice", "mcp.auth.tokens.0.sha256", sha256(ALICE),
                "mcp.auth.tokens.1.user", "bob", "mcp.auth.tokens.1.sha256", sha256(BOB)));
        // One user at one address sends as much as in life very many do.
        all.putAll(Map.of("mcp.limits.per-user.rate", "0", "mcp.limits.per-address.rate", "0",
                "mcp.limits.per-service.rate", "0"));
        all.putAll(keys);
        Settings settings = Settings.load(Map.of(), all);
        this.server = tracing.map(it -> Server.start(settings, more, it)).orElseGet(() -> Server.start(settings, more));
    }

    /** On an embedded Redis of its own, as a first start is. */
    public static TestServer embedded() {
        return new TestServer(Map.of());
    }

    /** On an embedded Redis of its own, offering more than the server's own tools. */
    public static TestServer embedded(Map<String, String> keys, Offering more) {
        return new TestServer(keys, _ -> more);
    }

    /** A replica that is told everything by keys. */
    public static TestServer with(Map<String, String> keys) {
        return new TestServer(keys);
    }

    /** A replica on a Redis that others share. */
    public static TestServer on(URI redis, Map<String, String> keys) {
        return new TestServer(redis(redis, keys));
    }

    /** A replica whose spans are told to somebody who keeps them. */
    public static TestServer traced(Map<String, String> keys, Function<Changes, Offering> more, Tracing tracing) {
        return new TestServer(keys, more, Optional.of(tracing));
    }

    private static Map<String, String> redis(URI redis, Map<String, String> keys) {
        Map<String, String> all = new HashMap<>(keys);
        all.put("mcp.store.redis.mode", "single");
        all.putIfAbsent("mcp.grpc.insecure", "true");
        all.put("mcp.store.redis.address", redis.toString());
        return all;
    }

    /** A replica that offers more than the server's own tools. */
    public static TestServer on(URI redis, Map<String, String> keys, Function<Changes, Offering> more) {
        return new TestServer(redis(redis, keys), more);
    }

    public static TestServer on(URI redis) {
        return on(redis, Map.of());
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port(Server.PUBLIC) + "/api/mcp");
    }

    /** Port of the internal socket. */
    public int internalPort() {
        return server.port(Server.INTERNAL);
    }

    public URI admin(String path) {
        return URI.create("http://127.0.0.1:" + server.port(Server.ADMIN) + path);
    }

    public McpClient alice() {
        return client(ALICE);
    }

    public McpClient bob() {
        return client(BOB);
    }

    public McpClient client(String token) {
        return McpClient.of(endpoint(), token);
    }

    public static String sha256(String secret) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                    .digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
