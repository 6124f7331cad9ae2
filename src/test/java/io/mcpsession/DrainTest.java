package io.mcpsession;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.Eventually;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** SIGTERM, as Kubernetes sends it, to the application in a process of its own. */
class DrainTest {

    private static final int SIGTERM = 128 + 15;
    private static final Pattern RUNNING = Pattern.compile(".*mcp_calls_running\\{protocol=\"http\"[^}]*} 1\\.0.*",
            Pattern.DOTALL);

    private EmbeddedRedis redis;
    private ChildServer server;
    private ManagedChannel channel;

    private void start(Duration delay) {
        redis = EmbeddedRedis.start();
        server = ChildServer.start("io.mcpsession.SlowServer", Map.of(
                "MCP_GRPC_INSECURE", "true",
                "MCP_STORE_REDIS_MODE", "single", "MCP_STORE_REDIS_ADDRESS", redis.address().toString(),
                "MCP_STORE_REDIS_TIMEOUT", "2s", "MCP_DRAIN_DELAY", delay.toSeconds() + "s",
                "MCP_AUTH_TOKENS_0_USER", "alice", "MCP_AUTH_TOKENS_0_SHA256", TestServer.sha256(TestServer.ALICE)));
        channel = NettyChannelBuilder.forTarget(server.grpc()).usePlaintext().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
        redis.close();
    }

    @Test
    void callsInFlightFinishAndTheProcessEndsAsToldTo() {
        start(Duration.ofSeconds(1));
        McpClient alice = server.client(TestServer.ALICE).initialized();
        CompletableFuture<Answer> http = CompletableFuture.supplyAsync(() -> alice.tool("slow"));
        Eventually.eventually(this::metrics, matchesPattern(RUNNING));
        long begin = System.nanoTime();

        server.terminate();
        // Redis answers nobody for a while that ends only after the delay.
        CompletableFuture<Session> grpc;
        try (PlainRedis plain = new PlainRedis(redis.address())) {
            plain.call("CLIENT", "PAUSE", "1800", "ALL");
            grpc = CompletableFuture.supplyAsync(this::created);
        }

        assertThat(http.join().text(), is("done"));
        assertThat(grpc.join().getSessionId(), startsWith("mcp-"));
        assertThat(server.exitStatus(Duration.ofSeconds(20)), is(SIGTERM));
        assertThat(Duration.ofNanos(System.nanoTime() - begin), greaterThan(Duration.ofSeconds(1)));
        assertThat(server.errors(), allOf(containsString("draining delay_ms=1000"), containsString("left=0")));
    }

    @Test
    void duringTheDelayItIsNotReadyButAliveAndServesWhoeverComes() throws Exception {
        start(Duration.ofSeconds(6));
        McpClient alice = server.client(TestServer.ALICE).initialized();
        assertThat(status("/health/ready"), is(200));

        server.terminate();

        Eventually.eventually(() -> status("/health/ready"), is(503));
        assertThat(health(""), is(ServingStatus.NOT_SERVING));
        assertThat(health("mcpsession.v1.SessionService"), is(ServingStatus.NOT_SERVING));
        assertThat(health("liveness"), is(ServingStatus.SERVING));
        assertThat(status("/health/live"), is(200));
        assertThat(status("/health/started"), is(200));
        // Redis is found reachable every second; that must not make it ready again.
        pause(Duration.ofMillis(1200));
        assertThat(status("/health/ready"), is(503));
        assertThat(health(""), is(ServingStatus.NOT_SERVING));
        Answer answer = alice.call("ping");
        assertThat(answer.status(), is(200));
        assertThat(answer.header("connection"), is(Optional.of("close")));
        assertThat(created().getSessionId(), startsWith("mcp-"));
        assertThat(server.exitStatus(Duration.ofSeconds(20)), is(SIGTERM));
    }

    @Test
    void streamsEndAfterTheDelayAndHoldNothingUp() throws Exception {
        start(Duration.ofSeconds(1));
        McpClient alice = server.client(TestServer.ALICE).initialized();
        BlockingClientCall<?, HealthCheckResponse> watch = HealthGrpc.newBlockingV2Stub(channel)
                .watch(HealthCheckRequest.getDefaultInstance());
        assertThat(watch.read().getStatus(), is(ServingStatus.SERVING));
        try (EventSource stream = EventSource.get(alice)) {
            long begin = System.nanoTime();

            server.terminate();

            assertThat(watch.read().getStatus(), is(ServingStatus.NOT_SERVING));
            StatusException end = assertThrows(StatusException.class, watch::read);
            assertThat(end.getStatus().getCode(), is(Status.Code.UNAVAILABLE));
            assertThat(lastRetry(stream), is("1000"));
            assertThat(server.exitStatus(Duration.ofSeconds(20)), is(SIGTERM));
            assertThat(Duration.ofNanos(System.nanoTime() - begin), lessThan(Duration.ofSeconds(8)));
        }
    }

    private static String lastRetry(EventSource stream) {
        String retry = "";
        for (Optional<EventSource.Event> event = stream.next(); event.isPresent(); event = stream.next()) {
            retry = event.get().retry();
        }
        return retry;
    }

    private Session created() {
        return SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                .createSession(CreateSessionRequest.newBuilder()
                        .setOwner(Principal.newBuilder().setSubject("bob")).setProtocolVersion("2025-11-25").build());
    }

    private ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus();
    }

    private int status(String path) throws IOException, InterruptedException {
        return get(server.admin(path)).statusCode();
    }

    private String metrics() throws IOException, InterruptedException {
        return get(server.admin("/metrics")).body();
    }

    private static HttpResponse<String> get(URI address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }
}
