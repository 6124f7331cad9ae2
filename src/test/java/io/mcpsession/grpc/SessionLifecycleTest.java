package io.mcpsession.grpc;

import com.google.rpc.ResourceInfo;
import io.grpc.Status.Code;
import io.mcpsession.session.SessionId;
import io.mcpsession.v1.Client;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.Session;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

class SessionLifecycleTest extends ApiOnRedis {

    @Test
    void aCreatedSessionIsReadBackAsItWasMade() {
        Session created = api.stub().createSession(CreateSessionRequest.newBuilder()
                .setOwner(alice)
                .setProtocolVersion("2025-11-25")
                .setClient(Client.newBuilder().setName("inspector").setVersion("1.2")
                        .setCapabilitiesJson("{\"sampling\":{},\"limit\":9007199254740993}"))
                .putAttributes("logLevel", "debug")
                .build());

        assertThat(get(created), is(created));
        assertThat(created.getOwner(), is(alice));
        assertThat(created.getProtocolVersion(), is("2025-11-25"));
        assertThat(created.getClient().getCapabilitiesJson(), is("{\"sampling\":{},\"limit\":9007199254740993}"));
        assertThat(created.getAttributesOrThrow("logLevel"), is("debug"));
        assertThat(instant(created.getCreateTime()), is(now()));
        assertThat(instant(created.getExpireTime()), is(now().plus(IDLE)));
        assertThat(instant(created.getAbsoluteExpireTime()), is(now().plus(LIFETIME)));
    }

    @Test
    void aClientThatSaysNothingOfItselfAnnouncesNoCapabilities() {
        assertThat(create(alice).getClient(), is(Client.newBuilder().setCapabilitiesJson("{}").build()));
    }

    @Test
    void gettingASessionDoesNotExtendIt() {
        Session session = create(alice);
        advance(IDLE.minusSeconds(1));
        get(session);
        advance(Duration.ofSeconds(1));

        assertThat(validate(session, alice).getDecision(), is(Decision.DECISION_EXPIRED));
    }

    @Test
    void anUnknownSessionIsNotFoundAndNamedByTheHashOfItsId() {
        String id = inventedId();

        Failure failure = Failure.of(() -> get(id));

        assertThat(failure.code(), is(Code.NOT_FOUND));
        assertThat(failure.reason(), is("SESSION_NOT_FOUND"));
        assertThat(failure.details(ResourceInfo.class), contains(ResourceInfo.newBuilder()
                .setResourceType("mcpsession.v1.Session").setResourceName(SessionId.hash(id)).build()));
    }

    @Test
    void aDeletedSessionIsNotFound() {
        Session session = create(alice);
        delete(session, false);

        assertThat(Failure.of(() -> get(session)).reason(), is("SESSION_NOT_FOUND"));
        assertThat(Failure.of(() -> touch(session)).reason(), is("SESSION_NOT_FOUND"));
        assertThat(validate(session, alice).getDecision(), is(Decision.DECISION_DELETED));
    }

    @Test
    void deletingTwiceFailsUnlessMissingIsAllowed() {
        Session session = create(alice);
        delete(session, false);

        assertThat(Failure.of(() -> delete(session, false)).reason(), is("SESSION_NOT_FOUND"));
        delete(session, true);
    }

    @Test
    void aSessionPastItsAbsoluteLifetimeIsExpired() {
        Session session = create(alice);
        advance(LIFETIME);

        Failure failure = Failure.of(() -> touch(session));

        assertThat(failure.code(), is(Code.FAILED_PRECONDITION));
        assertThat(failure.reason(), is("SESSION_EXPIRED"));
        assertThat(failure.metadata().get("kind"), is("absolute"));
        assertThat(Failure.of(() -> get(session)).reason(), is("SESSION_EXPIRED"));
        assertThat(Failure.of(() -> delete(session, false)).reason(), is("SESSION_EXPIRED"));
    }

    @Test
    void aSessionIdleForTooLongIsExpiredToTheOneItWasIssuedTo() {
        Session session = create(alice);
        advance(IDLE);

        Failure failure = Failure.of(() -> touch(session, alice));

        assertThat(failure.code(), is(Code.FAILED_PRECONDITION));
        assertThat(failure.reason(), is("SESSION_EXPIRED"));
        assertThat(failure.metadata().get("kind"), is("idle"));
    }

    @Test
    void anIdleSessionIsNotFoundWhenNobodySaysWhoseItWas() {
        Session session = create(alice);
        advance(IDLE);

        assertThat(Failure.of(() -> touch(session)).reason(), is("SESSION_NOT_FOUND"));
        assertThat(Failure.of(() -> touch(session, bob)).reason(), is("SESSION_NOT_FOUND"));
    }

    @Test
    void aTouchInAnothersNameIsDeniedAndExtendsNothing() {
        Session session = create(alice);
        advance(Duration.ofSeconds(60));

        Failure failure = Failure.of(() -> touch(session, bob));

        assertThat(failure.code(), is(Code.PERMISSION_DENIED));
        assertThat(failure.reason(), is("SESSION_OWNER_MISMATCH"));
        assertThat(failure.metadata(), is(anEmptyMap()));
        assertThat(get(session).getExpireTime(), is(session.getExpireTime()));
    }

    @Test
    void aRevokedSessionSaysWhy() {
        Session session = create(alice);
        revoke(alice, "", "device lost");

        Failure failure = Failure.of(() -> touch(session));

        assertThat(failure.code(), is(Code.FAILED_PRECONDITION));
        assertThat(failure.reason(), is("SESSION_REVOKED"));
        assertThat(failure.metadata().get("reason"), is("device lost"));
        assertThat(Failure.of(() -> get(session)).reason(), is("SESSION_REVOKED"));
    }

    @Test
    void aTouchRestartsTheIdleTimerUpToTheAbsoluteLifetime() {
        Session session = create(alice);
        Instant created = now();
        while (now().isBefore(created.plus(LIFETIME).minus(IDLE))) {
            advance(IDLE.minusSeconds(1));
            touch(session, alice);
        }

        assertThat(get(session).getExpireTime(), is(session.getAbsoluteExpireTime()));
    }
}
