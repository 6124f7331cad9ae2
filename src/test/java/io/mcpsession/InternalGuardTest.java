package io.mcpsession;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.Certificates;
import io.mcpsession.testing.Certificates.Pair;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.SessionServiceGrpc;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Configurations by which anybody who reaches the internal socket could call it: the server does not start. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InternalGuardTest {

    private static final String KEY = "server.tls.private-key.pem.key.resource.path";
    private static final String CERTIFICATE = "server.tls.private-key.pem.cert-chain.resource.path";
    private static final String TRUST = "server.tls.trust.pem.certificates.resource.path";
    private static final String AUTH = "server.tls.client-auth";

    private Map<String, String> files;

    @BeforeAll
    void start(@TempDir Path folder) {
        Certificates certificates = new Certificates(folder);
        Pair authority = certificates.authority("ca");
        Pair own = certificates.signed("ca", "own", "dns:localhost");
        files = Map.of(KEY, own.key().toString(), CERTIFICATE, own.certificate().toString(),
                TRUST, authority.certificate().toString());
    }

    static Stream<Arguments> unguarded() {
        return Stream.of(
                argumentSet("nothing", Map.of(), "mcp.grpc.insecure"),
                argumentSet("TLS is off", Map.of("server.tls.enabled", "false", AUTH, "required"),
                        "server.tls.enabled is false"),
                argumentSet("TLS is off, with files", Map.of("server.tls.enabled", "false", AUTH, "required", KEY, "",
                        CERTIFICATE, "", TRUST, ""), "server.tls.enabled is false"),
                argumentSet("TLS of another socket", Map.of("server.sockets.0.tls.client-auth", "required"),
                        "server.sockets, tls of mcp"),
                argumentSet("TLS without a key", Map.of(AUTH, "required"), "server.tls: TLS has no key"),
                argumentSet("certificates are not asked for", Map.of(KEY, "", CERTIFICATE, "", TRUST, ""),
                        "mcp.grpc.insecure"),
                argumentSet("certificates may be left out", Map.of(AUTH, "optional", KEY, "", CERTIFICATE, "", TRUST, ""),
                        "mcp.grpc.insecure"),
                argumentSet("certificates are refused", Map.of(AUTH, "NONE", KEY, "", CERTIFICATE, "", TRUST, ""),
                        "mcp.grpc.insecure"),
                argumentSet("every certificate is good", Map.of(AUTH, "required", KEY, "", CERTIFICATE, "", TRUST, "",
                        "server.tls.trust-all", "true"), "server.tls.trust-all"),
                argumentSet("every certificate is good, for listed callers too", Map.of(AUTH, "optional", KEY, "",
                        CERTIFICATE, "", TRUST, "", "server.tls.trust-all", "true",
                        "mcp.grpc.callers.0.name", "desk", "mcp.grpc.callers.0.role", "admin",
                        "mcp.grpc.callers.0.token-sha256", TestServer.sha256("x")), "server.tls.trust-all"),
                argumentSet("all public authorities are trusted", Map.of(AUTH, "required", KEY, "", CERTIFICATE, ""),
                        TRUST),
                argumentSet("callers have only certificates, which nobody asks for", Map.of(
                        "mcp.grpc.callers.0.name", "envoy", "mcp.grpc.callers.0.role", "read",
                        "mcp.grpc.callers.0.spiffe", "spiffe://x/y"), "mcp.grpc.insecure"),
                argumentSet("loopback, where others of the machine are", Map.of("server.host", "127.0.0.1"),
                        "mcp.grpc.insecure"));
    }

    private Map<String, String> keys(Map<String, String> given) {
        Map<String, String> keys = new HashMap<>(Map.of("server.port", "0", "server.sockets.0.port", "0",
                "server.sockets.1.port", "0", "mcp.store.redis.mode", "single",
                "mcp.store.redis.address", "redis://127.0.0.1:1"));
        given.forEach((key, value) -> keys.put(key, value.isEmpty() ? files.get(key) : value));
        return keys;
    }

    @ParameterizedTest
    @MethodSource("unguarded")
    void anUnguardedInternalSocketIsNotServed(Map<String, String> given, String named) {
        Settings settings = Settings.load(Map.of(), keys(given));

        StartException refused = assertThrows(StartException.class, () -> Server.start(settings).close());

        assertThat(refused.getMessage(), containsString(named));
    }

    static Stream<Arguments> guarded() {
        return Stream.of(
                argumentSet("certificates", Map.of(AUTH, "required", KEY, "", CERTIFICATE, "", TRUST, "")),
                argumentSet("certificates, in capitals", Map.of(AUTH, "REQUIRED", KEY, "", CERTIFICATE, "", TRUST, "")),
                argumentSet("tokens", Map.of("mcp.grpc.callers.0.name", "desk", "mcp.grpc.callers.0.role", "admin",
                        "mcp.grpc.callers.0.token-sha256", TestServer.sha256("x"))),
                argumentSet("the network, as somebody said", Map.of("mcp.grpc.insecure", "true")));
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void aGuardedOneIs(Map<String, String> given) {
        try (Server server = Server.start(Settings.load(Map.of(), keys(given)))) {
            assertThat(server.port(Server.INTERNAL) > 0, is(true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.host", "server.bind-address"})
    void anEmbeddedStartStaysOnLoopbackWhateverItIsToldToBind(String key) throws Exception {
        Map<String, String> keys = new HashMap<>(keys(Map.of(key, "0.0.0.0", key.replace("server", "server.sockets.0"),
                "0.0.0.0")));
        keys.put("mcp.store.redis.mode", "embedded");
        byte[] elsewhere = {127, 0, 0, 2};

        try (Server server = Server.start(Settings.load(Map.of(), keys))) {
            for (String socket : new String[] {Server.INTERNAL, Server.PUBLIC}) {
                InetSocketAddress there = new InetSocketAddress(InetAddress.getByAddress(elsewhere), server.port(socket));
                try (Socket client = new Socket()) {
                    assertThrows(ConnectException.class, () -> client.connect(there, 1000), socket);
                }
            }
        }
    }

    @Test
    void theOtherSocketsServeNoGrpc() {
        try (TestServer server = TestServer.embedded()) {
            assertThrows(StatusRuntimeException.class, () -> count(server.endpoint().getPort()));
            assertThrows(StatusRuntimeException.class, () -> count(server.admin("/").getPort()));
            count(server.internalPort());
        }
    }

    private static void count(int port) {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                    .countSessions(CountSessionsRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }
}
