package io.mcpsession.listener;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.BlockingClientCall;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** A process that has no file left for another connection, because somebody holds them all. */
@Timeout(120)
class OpenFilesTest {

    /** The class path of tests alone takes 210. */
    private static final int FILES = 450;
    private static final Duration SAID_WITHIN = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Socket> held = new ArrayList<>();
    private EmbeddedRedis redis;
    private ChildServer server;
    private ManagedChannel channel;

    /** The sockets of the server. */
    enum Listener {
        PUBLIC(it -> it.mcp().getPort()),
        INTERNAL(it -> URI.create("grpc://" + it.grpc()).getPort()),
        ADMIN(it -> it.admin("/").getPort());

        private final ToIntFunction<ChildServer> port;

        Listener(ToIntFunction<ChildServer> port) {
            this.port = port;
        }
    }

    @BeforeEach
    void start() {
        redis = EmbeddedRedis.start();
        server = ChildServer.startWithFiles(FILES, Map.of("MCP_GRPC_INSECURE", "true",
                "MCP_STORE_REDIS_MODE", "single", "MCP_STORE_REDIS_ADDRESS", redis.address().toString(),
                "MCP_AUTH_TOKENS_0_USER", "alice", "MCP_AUTH_TOKENS_0_SHA256", TestServer.sha256(TestServer.ALICE)));
        channel = ManagedChannelBuilder.forTarget(server.grpc()).usePlaintext().build();
        eventually(() -> status("/health/ready"), is(200));
    }

    @AfterEach
    void stop() throws IOException {
        release();
        channel.shutdownNow();
        http.close();
        server.close();
        redis.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyListenerAcceptsAgainWhenFilesAreFree(Listener listener) throws Exception {
        hold(listener);
        assertThatNobodyIsAccepted(listener);
        release();

        eventually(() -> status("/health/live"), is(200));
        eventually(() -> status("/health/ready"), is(200));
        assertThat(server.client(TestServer.ALICE).call("ping").status(), is(200));
        for (Listener each : Listener.values()) {
            eventually(() -> isAnswered(each), is(true));
        }
        server.terminate();
        assertThat(server.exitStatus(Duration.ofSeconds(30)), is(143));
        assertThat(server.errors(), containsString("cannot accept connections"));
        assertThat(server.errors(), containsString("accepts connections again"));
    }

    @Test
    void whoIsConnectedAlreadyHearsOfItInTimeAndOfItsEnd() throws Exception {
        BlockingClientCall<?, HealthCheckResponse> liveness = watch("liveness");
        BlockingClientCall<?, HealthCheckResponse> service = watch("");
        assertThat(liveness.read().getStatus(), is(ServingStatus.SERVING));
        assertThat(service.read().getStatus(), is(ServingStatus.SERVING));

        hold(Listener.PUBLIC);
        long begin = System.nanoTime();
        assertThat(liveness.read().getStatus(), is(ServingStatus.NOT_SERVING));
        assertThat(service.read().getStatus(), is(ServingStatus.NOT_SERVING));
        // On the connection that it has.
        assertThat(status("/health/live"), is(503));
        assertThat(status("/health/ready"), is(503));
        assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(SAID_WITHIN)));

        release();
        assertThat(liveness.read().getStatus(), is(ServingStatus.SERVING));
        assertThat(service.read().getStatus(), is(ServingStatus.SERVING));
        eventually(() -> status("/health/live"), is(200));
    }

    private BlockingClientCall<?, HealthCheckResponse> watch(String service) {
        return HealthGrpc.newBlockingV2Stub(channel).withDeadlineAfter(60, TimeUnit.SECONDS)
                .watch(HealthCheckRequest.newBuilder().setService(service).build());
    }

    private int status(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(server.admin(path)).timeout(Duration.ofSeconds(5)).build(),
                HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private void hold(Listener listener) throws IOException {
        for (int i = 0; i < FILES; i++) {
            held.add(new Socket("127.0.0.1", listener.port.applyAsInt(server)));
        }
    }

    private void release() throws IOException {
        for (Socket socket : held) {
            socket.close();
        }
        held.clear();
    }

    private void assertThatNobodyIsAccepted(Listener listener) throws IOException {
        assertThat(isAnswered(listener), is(false));
    }

    /** Whether a request of HTTP/1.1 that is wrong everywhere is answered. */
    private boolean isAnswered(Listener listener) {
        try (Socket socket = new Socket("127.0.0.1", listener.port.applyAsInt(server))) {
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
            return socket.getInputStream().read() > 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
