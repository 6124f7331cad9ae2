package io.mcpsession.testing;

import io.mcpsession.Server;
import io.mcpsession.conformance.ConformanceOffering;
import io.mcpsession.settings.Settings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The real server with the fixtures of the conformance suite, and two users who may call it. */
public final class FixtureServer implements AutoCloseable {

    private static final String ALICE = "alice-of-the-fixtures";
    private static final String BOB = "bob-of-the-fixtures";

    private final Server server;

    private FixtureServer(Map<String, String> keys) {
        Map<String, String> all = new HashMap<>(Map.of(
                "server.port", "0", "server.sockets.0.port", "0", "server.sockets.1.port", "0",
                "mcp.auth.tokens.0.user", "alice", "mcp.auth.tokens.0.sha256", sha256(ALICE),
                "mcp.auth.tokens.1.user", "bob", "mcp.auth.tokens.1.sha256", sha256(BOB)));
        all.putAll(keys);
        this.server = Server.start(Settings.load(Map.of(), all), ConformanceOffering::of);
    }

    /** With settings of its own, on an embedded Redis of its own. */
    public static FixtureServer with(String... keys) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < keys.length; i += 2) {
            all.put(keys[i], keys[i + 1]);
        }
        return new FixtureServer(all);
    }

    /** A replica on a Redis that others share. */
    public static FixtureServer on(URI redis) {
        return with("mcp.store.redis.mode", "single", "mcp.store.redis.address", redis.toString());
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.port(Server.PUBLIC) + "/api/mcp");
    }

    /** Speaks as SDKs do: takes JSON and streams alike. */
    public McpClient alice() {
        return anybody(ALICE);
    }

    public McpClient bob() {
        return anybody(BOB);
    }

    /** With whatever token. */
    public McpClient anybody(String token) {
        return McpClient.of(endpoint(), token).with("Accept", "application/json, text/event-stream");
    }

    private static String sha256(String secret) {
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

    /** Gives tests the one server they share; it is closed after the last of them. */
    public static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == FixtureServer.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot().getStore(Namespace.GLOBAL)
                    .getOrComputeIfAbsent(FixtureServer.class, _ -> with(), FixtureServer.class);
        }
    }
}
