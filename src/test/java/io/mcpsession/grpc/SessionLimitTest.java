package io.mcpsession.grpc;

import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Principal;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

class SessionLimitTest {

    private static final SessionLimits TWO = new SessionLimits(RunningApi.LIMITS.idleTtl(),
            RunningApi.LIMITS.absoluteLifetime(), 2, SessionLimits.WhenFull.REJECT, Long.MAX_VALUE);

    private static RunningApi api;

    @BeforeAll
    static void start() {
        api = new RunningApi(new RedisSessionStore(TestRedis.calls(TestRedis.client()), TestRedis.config(), TWO,
                RedisTime.server()), InstantSource.system());
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a request"})
    void oneSessionTooManyOfAUserIsRefusedWithTheQuotaAndWhenToRetry(String requestId) {
        CreateSessionRequest request = CreateSessionRequest.newBuilder()
                .setOwner(Principal.newBuilder().setSubject("full" + requestId)).setProtocolVersion("2025-11-25").build();
        api.stub().createSession(request);
        api.stub().createSession(request);

        Failure failure = Failure.of(() -> api.stub().createSession(
                request.toBuilder().setRequestId(requestId).build()));

        assertThat(failure.code(), is(Code.RESOURCE_EXHAUSTED));
        assertThat(failure.reason(), is("SESSION_LIMIT_PER_USER"));
        assertThat(failure.details(QuotaFailure.class), hasSize(1));
        assertThat(failure.details(RetryInfo.class).getFirst().getRetryDelay().getSeconds(), is(greaterThan(0L)));
    }
}
