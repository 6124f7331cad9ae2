package io.mcpsession;

import io.mcpsession.ops.Logging;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Processes that cannot start: each ends by itself with status 1 and one line, whatever it was that failed. */
class FailingStartsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CANARY = "c4n4ry-s3cr3t";

    static Stream<Arguments> causes() {
        Map<String, String> elsewhere = Map.of("MCP_STORE_REDIS_MODE", "single", "MCP_GRPC_INSECURE", "true");
        return Stream.of(
                argumentSet("TLS without its files", Map.of("SERVER_TLS_PRIVATE_KEY_PEM_KEY_RESOURCE_PATH", "/no/key",
                        "SERVER_TLS_PRIVATE_KEY_PEM_CERT_CHAIN_RESOURCE_PATH", "/no/crt"),
                        "/no/"),
                argumentSet("no trust certificates", with(elsewhere, "MCP_STORE_REDIS_TRUST_CERTIFICATES", "/no/ca.crt"),
                        "mcp.store.redis.trust-certificates"),
                argumentSet("a port out of range", Map.of("SERVER_SOCKETS_1_PORT", "65536"), "server.sockets.1.port"),
                argumentSet("a host without an address", with(elsewhere, "SERVER_HOST", "nowhere.invalid"), "server.host"),
                argumentSet("an address of another machine", with(elsewhere, "SERVER_HOST", "203.0.113.7"),
                        "Cannot listen on port 0 (socket @default)"),
                argumentSet("a socket that is open to anybody", Map.of("MCP_STORE_REDIS_MODE", "single"),
                        "MCP_GRPC_INSECURE"),
                argumentSet("an embedded Redis inside Kubernetes", Map.of("MCP_STORE_REDIS_MODE", "embedded",
                        "KUBERNETES_SERVICE_HOST", "10.0.0.1"), "mcp.store.redis.mode"),
                argumentSet("a password in an address", with(elsewhere, "MCP_STORE_REDIS_ADDRESS",
                        "redis://:" + CANARY + "@/x"), "mcp.store.redis.address"),
                argumentSet("a query in the URL of an upstream", Map.of("MCP_UPSTREAMS_0_NAME", "a",
                        "MCP_UPSTREAMS_0_URL", "http://127.0.0.1:1/mcp?" + CANARY), "mcp.upstreams.0.url"));
    }

    private static Map<String, String> with(Map<String, String> most, String key, String value) {
        Map<String, String> all = new HashMap<>(most);
        all.put(key, value);
        return all;
    }

    @ParameterizedTest
    @MethodSource("causes")
    void endWithOneLineAndStatusOne(Map<String, String> environment, String named) {
        try (ChildServer child = ChildServer.start(environment)) {
            assertThat(child.exitStatus(PATIENCE), is(1));
            assertOneLine(child, named);
        }
    }

    private static void assertOneLine(ChildServer child, String named) {
        assertThat(child.output(), is(""));
        assertThat(child.errors().lines().toList().size() + " lines: " + child.errors(), child.errors().lines().count(),
                is(1L));
        assertThat(child.errors(), containsString(named));
        assertThat(child.errors(), not(containsString(CANARY)));
    }

    @Test
    void twoSocketsOnOnePortEndIt() throws IOException {
        String port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = Integer.toString(free.getLocalPort());
        }
        try (ChildServer child = ChildServer.start(Map.of("SERVER_PORT", port, "SERVER_SOCKETS_1_PORT", port))) {
            assertThat(child.exitStatus(PATIENCE), is(1));
            assertOneLine(child, "Cannot listen on port " + port);
        }
    }

    @Test
    void anErrorIsToldLikeAnyOtherFailure() {
        try (ChildServer child = ChildServer.start(Erring.class.getName(), Map.of())) {
            assertThat(child.exitStatus(PATIENCE), is(1));
            assertOneLine(child, "java.lang.NoClassDefFoundError: some/Missing");
        }
    }

    /** What somebody who extends the server may do wrong. */
    static final class Erring {

        private Erring() {
        }

        public static void main(String[] arguments) {
            Logging.configure(false, "INFO", true);
            Main.serve(Settings.load(System.getenv(), Map.of()), _ -> {
                throw new NoClassDefFoundError("some/Missing\n\tat nowhere");
            });
        }
    }

    @Test
    void aRedisThatIsAwayIsNoFailure() {
        try (ChildServer child = ChildServer.start(Map.of("MCP_STORE_REDIS_MODE", "single", "MCP_GRPC_INSECURE", "true",
                "MCP_STORE_REDIS_ADDRESS", "redis://127.0.0.1:1"))) {
            assertThat(child.client(TestServer.ALICE).call("ping").status(), is(not(200)));
        }
    }

    @Test
    void sigtermWhileItStartsEndsIt() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
                ChildServer child = ChildServer.start(Map.of("MCP_STORE_REDIS_MODE", "single", "MCP_GRPC_INSECURE",
                        "true", "MCP_STORE_REDIS_ADDRESS", "redis://127.0.0.1:" + silent.getLocalPort()))) {
            silent.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            // It gives Redis three seconds to answer before it goes on without.
            silent.accept();
            child.terminate();
            assertThat(child.exitStatus(PATIENCE), is(143));
            assertThat(child.output() + child.errors(), is(""));
        }
    }

    @Test
    void whatIsWrongWithTheFileOfSettingsIsLoggedInTheFormatThatTheEnvironmentAsksFor(@TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("settings.yaml"), "mcp:\n  dev: {token: \"" + CANARY + "\n x: ]");
        for (Map<String, String> environment : List.of(
                Map.of("MCP_LOG_FORMAT", "json", "MCP_CONFIG_FILE", file.toString()),
                Map.of("MCP_LOG_FORMAT", "json", "MCP_LOG_LEVEL", "loud"))) {
            try (ChildServer child = ChildServer.start(environment)) {
                assertThat(child.exitStatus(PATIENCE), is(1));
                assertOneLine(child, "MCP_");
                assertThat(Json.createReader(new StringReader(child.errors())).readObject().getString("level"),
                        is("SEVERE"));
            }
        }
    }
}
