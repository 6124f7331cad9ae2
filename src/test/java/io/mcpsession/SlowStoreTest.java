package io.mcpsession;

import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.redis.Layout;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisTokenStore;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TcpProxy;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import io.mcpsession.v1.UpdateSessionRequest;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The first call of a request is answered late, and the next not at all: the bound is that of the request. */
class SlowStoreTest {

    private static final Duration MOST = Duration.ofSeconds(2);
    /** Of the 1.5 s that a request has; some of it later than the client asks once more. */
    private static final int LATE_MILLIS = 1200;
    private static final int NEVER_MILLIS = 60_000;

    private final EmbeddedRedis redis = EmbeddedRedis.start();
    private final TcpProxy proxy = new TcpProxy(redis.address().getPort());
    private final TestServer server = TestServer.on(URI.create("redis://127.0.0.1:" + proxy.port()), Map.of());
    private final String secret = TokenSecret.mint(new SecureRandom());
    private String session;
    private McpClient alice;

    @BeforeEach
    void aSessionIsOpen() {
        RedisConfig config = RedisConfig.single(redis.address(), TestRedis.TIMEOUT, 2, "mcp", 16, Layout.MAP_CACHE);
        RedissonClient client = RedisClient.open(config);
        try {
            new RedisTokenStore(client, TestRedis.calls(client), config).add(TokenSecret.digest(secret),
                    new ApiToken("t1", "alice", "laptop", Instant.EPOCH, Optional.empty()));
        } finally {
            client.shutdown();
        }
        session = server.alice().call("initialize").session();
        alice = server.alice().in(session);
        // The first use of a script asks twice: Redis does not know it yet.
        alice.call("ping");
    }

    @AfterEach
    void stop() {
        server.close();
        proxy.close();
        redis.close();
    }

    private void redisIsSlow() {
        proxy.holdAnswers();
        CompletableFuture.delayedExecutor(LATE_MILLIS, TimeUnit.MILLISECONDS).execute(() -> {
            proxy.delay(NEVER_MILLIS);
            proxy.passAnswers();
        });
    }

    private static <T> T inTime(Supplier<T> call) {
        long start = System.nanoTime();
        T result = call.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start), is(lessThan(MOST)));
        return result;
    }

    @Test
    void aRequestWithAnApiTokenHasOneBoundForItsTokenAndItsSession() {
        McpClient withApiToken = server.client(secret).in(session);
        redisIsSlow();

        Answer answer = inTime(() -> withApiToken.call("ping"));

        assertThat(answer.status(), is(503));
        assertThat(answer.header("retry-after"), is(Optional.of("1")));
    }

    @Test
    void aRequestThatAsksOnceIsServedWhenTheAnswerComes() {
        redisIsSlow();

        assertThat(inTime(() -> alice.call("ping")).status(), is(200));
    }

    @Test
    void theEndOfASessionHasOneBoundForAllItTakes() {
        redisIsSlow();

        assertThat(inTime(alice::delete).status(), is(503));
    }

    /** One replica stores it and then tells the others, and waits for that too. */
    @Test
    void aSubscriptionHasOneBoundForAllItTakes() {
        JsonObject resource = Json.createObjectBuilder().add("uri", "test://one").build();
        alice.call("resources/subscribe", resource);
        redisIsSlow();

        assertThat(inTime(() -> alice.call("resources/subscribe", resource)).status(), is(503));
    }

    @Test
    void aGrpcCallHasOneBoundForAllItTakes() {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext()
                .build();
        try {
            SessionServiceBlockingStub stub = SessionServiceGrpc.newBlockingStub(channel);
            UpdateSessionRequest request = UpdateSessionRequest.newBuilder().setSession(Session.newBuilder()
                    .setSessionId(session).putAttributes("shape", "round")).build();
            stub.updateSession(request);
            redisIsSlow();

            StatusRuntimeException failure = inTime(() ->
                    assertThrows(StatusRuntimeException.class, () -> stub.updateSession(request)));

            assertThat(failure.getStatus().getCode(), is(Code.UNAVAILABLE));
        } finally {
            channel.shutdownNow();
        }
    }
}
