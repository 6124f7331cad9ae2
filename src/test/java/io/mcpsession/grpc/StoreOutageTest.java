package io.mcpsession.grpc;

import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.DeleteSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.UpdateSessionRequest;
import io.mcpsession.v1.ValidateSessionRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.redisson.api.RedissonClient;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class StoreOutageTest {

    private static final Principal ALICE = Principal.newBuilder().setSubject("alice").build();

    private static EmbeddedRedis redis;
    private static RedissonClient client;
    private static RunningApi api;
    private static String id;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        RedisConfig config = TestRedis.config().at(redis.address());
        client = RedisClient.open(config);
        api = new RunningApi(new RedisSessionStore(TestRedis.calls(client), config, RunningApi.LIMITS,
                RedisTime.server()), InstantSource.system());
        Session session = api.stub().createSession(CreateSessionRequest.newBuilder()
                .setOwner(ALICE).setProtocolVersion("2025-11-25").build());
        id = session.getSessionId();
        redis.close();
    }

    @AfterAll
    static void stop() {
        api.close();
        client.shutdown();
    }

    static Stream<Arguments> everyMethod() {
        return Stream.of(
                call("create", stub -> stub.createSession(CreateSessionRequest.newBuilder()
                        .setOwner(ALICE).setProtocolVersion("2025-11-25").build())),
                call("get", stub -> stub.getSession(GetSessionRequest.newBuilder().setSessionId(id).build())),
                call("validate", stub -> stub.validateSession(ValidateSessionRequest.newBuilder()
                        .setSessionId(id).setPrincipal(ALICE).build())),
                call("touch", stub -> stub.touchSession(TouchSessionRequest.newBuilder().setSessionId(id).build())),
                call("delete", stub -> stub.deleteSession(DeleteSessionRequest.newBuilder()
                        .setSessionId(id).setAllowMissing(true).build())),
                call("list", stub -> stub.listSessions(ListSessionsRequest.newBuilder().setOwner(ALICE).build())),
                call("create once", stub -> stub.createSession(CreateSessionRequest.newBuilder()
                        .setOwner(ALICE).setProtocolVersion("2025-11-25").setRequestId("once").build())),
                call("batch", stub -> stub.batchValidateSessions(BatchValidateSessionsRequest.newBuilder()
                        .addRequests(ValidateSessionRequest.newBuilder().setSessionId(id)).build())),
                call("update", stub -> stub.updateSession(UpdateSessionRequest.newBuilder()
                        .setSession(Session.newBuilder().setSessionId(id)).build())),
                call("count", stub -> stub.countSessions(CountSessionsRequest.getDefaultInstance())),
                call("revoke", stub -> stub.revokeUserSessions(RevokeUserSessionsRequest.newBuilder()
                        .setOwner(ALICE).build())));
    }

    private static Arguments call(String name, Consumer<SessionServiceBlockingStub> call) {
        return argumentSet(name, call);
    }

    @ParameterizedTest
    @MethodSource("everyMethod")
    void aCallWithoutAStoreIsUnavailableWithinTwoSecondsAndSaysWhenToRetry(Consumer<SessionServiceBlockingStub> call) {
        long start = System.nanoTime();

        Failure failure = Failure.of(() -> call.accept(api.stub()));

        assertThat(Duration.ofNanos(System.nanoTime() - start), is(lessThan(Duration.ofSeconds(2))));
        assertThat(failure.code(), is(Code.UNAVAILABLE));
        assertThat(failure.reason(), is("STORE_UNAVAILABLE"));
        assertThat(failure.details(RetryInfo.class), hasSize(1));
        assertThat(failure.details(RetryInfo.class).getFirst().getRetryDelay().getSeconds(), is(greaterThan(0L)));
    }
}
