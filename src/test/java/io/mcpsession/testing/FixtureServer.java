package io.mcpsession.testing;

import io.mcpsession.conformance.ConformanceOffering;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The test server with the fixtures of the conformance suite. */
public final class FixtureServer implements AutoCloseable {

    private final TestServer server;

    private FixtureServer(Map<String, String> keys) {
        this.server = new TestServer(keys, ConformanceOffering::of);
    }

    /** A replica on a Redis that others share. */
    public static FixtureServer on(URI redis, String... keys) {
        Map<String, String> all = new HashMap<>(Map.of(
                "mcp.grpc.insecure", "true",
                "mcp.store.redis.mode", "single", "mcp.store.redis.address", redis.toString()));
        for (int i = 0; i < keys.length; i += 2) {
            all.put(keys[i], keys[i + 1]);
        }
        return new FixtureServer(all);
    }

    public URI endpoint() {
        return server.endpoint();
    }

    /** Port of the internal socket. */
    public int internalPort() {
        return server.internalPort();
    }

    /** Speaks as SDKs do: takes JSON and streams alike. */
    public McpClient alice() {
        return speaking(server.alice());
    }

    public McpClient bob() {
        return speaking(server.bob());
    }

    /** With whatever token. */
    public McpClient anybody(String token) {
        return speaking(server.client(token));
    }

    private static McpClient speaking(McpClient client) {
        return client.with("Accept", "application/json, text/event-stream");
    }

    @Override
    public void close() {
        server.close();
    }

    /** Gives tests the one server they share, on an embedded Redis; it is closed after the last of them. */
    public static final class Shared implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == FixtureServer.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot().getStore(Namespace.GLOBAL).getOrComputeIfAbsent(FixtureServer.class,
                    _ -> new FixtureServer(Map.of("mcp.http.http2", "true")), FixtureServer.class);
        }
    }
}
