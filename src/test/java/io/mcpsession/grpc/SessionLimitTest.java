package io.mcpsession.grpc;

import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.mcpsession.session.MemorySessionStore;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Principal;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

class SessionLimitTest {

    private static final CreateSessionRequest REQUEST = CreateSessionRequest.newBuilder()
            .setOwner(Principal.newBuilder().setSubject("alice")).setProtocolVersion("2025-11-25").build();

    @Test
    void aUserWithTooManySessionsIsToldSoAndWhenToTryAgain() {
        InstantSource clock = InstantSource.system();
        var limits = new SessionLimits(RunningApi.LIMITS.idleTtl(), RunningApi.LIMITS.absoluteLifetime(), 1,
                WhenFull.REJECT, Long.MAX_VALUE);
        try (var api = new RunningApi(new MemorySessionStore(limits, clock), clock)) {
            api.stub().createSession(REQUEST);

            Failure failure = Failure.of(() -> api.stub().createSession(REQUEST));

            assertThat(failure.code(), is(Code.RESOURCE_EXHAUSTED));
            assertThat(failure.reason(), is("SESSION_LIMIT_PER_USER"));
            assertThat(failure.details(QuotaFailure.class), hasSize(1));
            assertThat(failure.details(RetryInfo.class).getFirst().getRetryDelay().getSeconds(), is(60L));
        }
    }
}
