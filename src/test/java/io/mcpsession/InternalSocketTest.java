package io.mcpsession;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.MetadataUtils;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.Certificates;
import io.mcpsession.testing.Certificates.Pair;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Who gets onto the internal socket, and to do what. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InternalSocketTest {

    private static final String ENVOY = "spiffe://cluster.local/ns/gateway/sa/envoy";
    private static final String HERE = "dns:localhost,ip:127.0.0.1";
    private static final String TOKEN = "a token of the support desk";

    private Path folder;
    private final Map<String, Pair> pairs = new HashMap<>();
    private EmbeddedRedis redis;
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        folder = temporary;
        Certificates certificates = new Certificates(folder);
        for (String authority : new String[] {"ca", "next-ca", "other-ca"}) {
            pairs.put(authority, certificates.authority(authority));
        }
        pairs.put("server", certificates.signed("ca", "server", HERE));
        pairs.put("next-server", certificates.signed("next-ca", "next-server", HERE));
        pairs.put("envoy", certificates.signed("ca", "envoy", "uri:" + ENVOY));
        pairs.put("admin", certificates.signed("ca", "admin", "dns:admin"));
        pairs.put("stranger", certificates.signed("ca", "stranger", "dns:stranger"));
        pairs.put("expired", certificates.expired("ca", "expired", "uri:" + ENVOY));
        pairs.put("foreign", certificates.signed("other-ca", "foreign", "uri:" + ENVOY));
        pairs.put("next-envoy", certificates.signed("next-ca", "next-envoy", "uri:" + ENVOY));
        deploy("v1", "server", "ca");
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address(), Map.ofEntries(
                Map.entry("mcp.grpc.insecure", "false"),
                Map.entry("server.tls.client-auth", "required"),
                Map.entry("server.tls.private-key.pem.key.resource.path", mounted("tls.key")),
                Map.entry("server.tls.private-key.pem.cert-chain.resource.path", mounted("tls.crt")),
                Map.entry("server.tls.trust.pem.certificates.resource.path", mounted("ca.crt")),
                Map.entry("mcp.grpc.callers.0.name", "envoy"),
                Map.entry("mcp.grpc.callers.0.spiffe", ENVOY),
                Map.entry("mcp.grpc.callers.0.role", "read"),
                Map.entry("mcp.grpc.callers.1.name", "admin"),
                Map.entry("mcp.grpc.callers.1.subject", "CN=admin"),
                Map.entry("mcp.grpc.callers.1.role", "admin"),
                Map.entry("mcp.grpc.callers.2.name", "support desk"),
                Map.entry("mcp.grpc.callers.2.token-sha256", TestServer.sha256(TOKEN)),
                Map.entry("mcp.grpc.callers.2.role", "admin")));
    }

    @AfterAll
    void stop() {
        server.close();
        redis.close();
    }

    private String mounted(String file) {
        return folder.resolve("mounted").resolve(file).toString();
    }

    /** As Kubernetes mounts a secret: all files at once, by turning a link. */
    private void deploy(String version, String pair, String... authorities) throws IOException {
        Path files = Files.createDirectories(folder.resolve(version));
        Files.copy(pairs.get(pair).certificate(), files.resolve("tls.crt"));
        Files.copy(pairs.get(pair).key(), files.resolve("tls.key"));
        StringBuilder trusted = new StringBuilder();
        for (String authority : authorities) {
            trusted.append(Files.readString(pairs.get(authority).certificate()));
        }
        Files.writeString(files.resolve("ca.crt"), trusted);
        Path link = Files.createSymbolicLink(folder.resolve("link-" + version), files);
        Files.move(link, folder.resolve("mounted"), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private ManagedChannel connect(Optional<String> client) {
        try {
            Path trusted = Files.writeString(Files.createTempFile(folder, "trusted", ".crt"),
                    Files.readString(pairs.get("ca").certificate())
                            + Files.readString(pairs.get("next-ca").certificate()));
            SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(trusted.toFile());
            client.map(pairs::get).ifPresent(pair ->
                    tls.keyManager(pair.certificate().toFile(), pair.key().toFile()));
            return NettyChannelBuilder.forAddress("localhost", server.internalPort())
                    .sslContext(tls.build()).build();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SessionServiceBlockingStub stub(ManagedChannel channel) {
        return SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static final Consumer<SessionServiceBlockingStub> READ =
            stub -> stub.countSessions(CountSessionsRequest.getDefaultInstance());
    private static final Consumer<SessionServiceBlockingStub> CHANGE =
            stub -> stub.createSession(CreateSessionRequest.newBuilder()
                    .setOwner(Principal.newBuilder().setSubject("alice")).setProtocolVersion("2025-11-25").build());

    private Code outcome(Optional<String> client, Consumer<SessionServiceBlockingStub> call) {
        ManagedChannel channel = connect(client);
        try {
            call.accept(stub(channel));
            return Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } finally {
            channel.shutdownNow();
        }
    }

    static Stream<Arguments> callers() {
        return Stream.of(
                argumentSet("no certificate", Optional.empty(), Code.UNAVAILABLE, Code.UNAVAILABLE),
                argumentSet("wrong authority", Optional.of("foreign"), Code.UNAVAILABLE, Code.UNAVAILABLE),
                argumentSet("expired", Optional.of("expired"), Code.UNAVAILABLE, Code.UNAVAILABLE),
                argumentSet("not listed", Optional.of("stranger"), Code.UNAUTHENTICATED, Code.UNAUTHENTICATED),
                argumentSet("may read", Optional.of("envoy"), Code.OK, Code.PERMISSION_DENIED),
                argumentSet("may do all", Optional.of("admin"), Code.OK, Code.OK));
    }

    @ParameterizedTest
    @MethodSource("callers")
    void aCallerIsServedByItsCertificateAndRole(Optional<String> client, Code read, Code change) {
        assertThat(outcome(client, READ), is(read));
        assertThat(outcome(client, CHANGE), is(change));
    }

    @Test
    void aTokenServesWhereTheCertificateIsNotListed() {
        assertThat(outcome(Optional.of("stranger"), stub -> CHANGE.accept(with(stub, TOKEN))), is(Code.OK));
        assertThat(outcome(Optional.of("stranger"), stub -> CHANGE.accept(with(stub, "another"))),
                is(Code.UNAUTHENTICATED));
    }

    private static SessionServiceBlockingStub with(SessionServiceBlockingStub stub, String token) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    @Test
    void newCertificatesAreTakenUpWithoutAFailedCall() throws Exception {
        Queue<Status> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger calls = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        ManagedChannel standing = connect(Optional.of("envoy"));
        Thread onOneConnection = Thread.startVirtualThread(() -> {
            while (!over.get()) {
                count(standing, calls, failures);
            }
        });
        Thread onNewConnections = Thread.startVirtualThread(() -> {
            while (!over.get()) {
                ManagedChannel channel = connect(Optional.of("envoy"));
                count(channel, calls, failures);
                channel.shutdownNow();
            }
        });

        deploy("v2", "next-server", "ca", "next-ca");

        // Only the new files trust this client.
        eventually(() -> outcome(Optional.of("next-envoy"), READ), is(Code.OK));
        int taken = calls.get();
        eventually(calls::get, greaterThan(taken + 100));
        over.set(true);
        onOneConnection.join();
        onNewConnections.join();
        standing.shutdownNow();
        assertThat(failures, is(empty()));
    }

    private static void count(ManagedChannel channel, AtomicInteger calls, Queue<Status> failures) {
        try {
            READ.accept(stub(channel));
            calls.incrementAndGet();
        } catch (StatusRuntimeException e) {
            failures.add(e.getStatus());
        }
    }

    @Test
    void aSocketThatIsOpenToAnybodyIsNotServedUnlessThatIsWanted() {
        Settings settings = Settings.load(Map.of("MCP_STORE_REDIS_MODE", "single"));

        StartException refused = assertThrows(StartException.class, () -> Server.start(settings));

        assertThat(refused.getMessage(), containsString("MCP_GRPC_INSECURE"));
    }
}
