package io.mcpsession.grpc;

import io.mcpsession.redis.RedisCalls;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Whether a session is stale is judged where its time is: the clock of the replica that is asked may be off. */
class StaleTouchTest {

    private static final Principal ALICE = Principal.newBuilder().setSubject("alice").build();
    private static final Duration IDLE = RunningApi.LIMITS.idleTtl();

    private final MutableClock redisClock = MutableClock.atPresent();
    private final AtomicInteger trips = new AtomicInteger();
    private RunningApi api;

    @AfterEach
    void stop() {
        api.close();
    }

    private void replica(int secondsAhead) {
        RedisConfig config = TestRedis.config();
        RedisCalls calls = new RedisCalls(TestRedis.client(), config, (_, _, _) -> trips.incrementAndGet());
        api = new RunningApi(new RedisSessionStore(calls, config, RunningApi.LIMITS, RedisTime.of(redisClock)),
                () -> redisClock.instant().plusSeconds(secondsAhead));
    }

    private Session created() {
        return api.stub().createSession(CreateSessionRequest.newBuilder().setOwner(ALICE)
                .setProtocolVersion("2025-11-25").build());
    }

    private static ValidateSessionRequest asking(Session session) {
        return ValidateSessionRequest.newBuilder().setSessionId(session.getSessionId()).setPrincipal(ALICE)
                .setTouchMode(TouchMode.TOUCH_MODE_IF_STALE).build();
    }

    private Instant validated(Session session) {
        var expires = api.stub().validateSession(asking(session)).getExpireTime();
        return Instant.ofEpochSecond(expires.getSeconds(), expires.getNanos());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 300, -300})
    void staleIsWhatTheStoreCallsStaleAndOneRoundTripTells(int secondsAhead) {
        replica(secondsAhead);
        Session session = created();
        Instant granted = redisClock.instant().plus(IDLE);
        redisClock.advance(IDLE.dividedBy(10));
        trips.set(0);

        assertThat(validated(session), is(granted));
        redisClock.advance(Duration.ofMillis(1));
        assertThat(validated(session), is(redisClock.instant().plus(IDLE)));
        assertThat(trips.get(), is(2));

        redisClock.advance(IDLE.dividedBy(2));
        api.stub().batchValidateSessions(BatchValidateSessionsRequest.newBuilder()
                .addAllRequests(List.of(asking(session), asking(created()))).build());
        // Those of the batch and of the creation.
        assertThat(trips.get(), is(4));
        assertThat(validated(session), is(redisClock.instant().plus(IDLE)));
    }
}
