package io.mcpsession.grpc;

import io.mcpsession.session.SessionId;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import io.mcpsession.v1.ValidateSessionResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;

class ValidateSessionTest extends ApiOnRedis {

    @Test
    void aLiveSessionIsActiveForItsOwner() {
        Session session = create(alice);

        ValidateSessionResponse response = validate(session, alice);

        assertThat(response.getDecision(), is(Decision.DECISION_ACTIVE));
        assertThat(response.getSession(), is(session));
        assertThat(response.getExpireTime(), is(session.getExpireTime()));
        assertThat(response.getAbsoluteExpireTime(), is(session.getAbsoluteExpireTime()));
    }

    @Test
    void aLiveSessionIsActiveWhenNobodyAsksWhoseItIs() {
        ValidateSessionResponse response = api.stub().validateSession(ValidateSessionRequest.newBuilder()
                .setSessionId(create(alice).getSessionId()).build());

        assertThat(response.getDecision(), is(Decision.DECISION_ACTIVE));
    }

    @Test
    void somebodyElsesSessionIsAMismatchAndToldNothingMore() {
        assertThat(validate(create(alice), bob), is(ValidateSessionResponse.newBuilder()
                .setDecision(Decision.DECISION_OWNER_MISMATCH).build()));
    }

    @Test
    void whoeverPresentsSomebodyElsesSessionIsNoticed() {
        Session validated = create(alice);
        Session touched = create(alice);

        validate(validated, bob);
        Failure.of(() -> touch(touched, bob));

        assertThat(api.mismatches.stream().map(SessionId::value).toList(),
                hasItems(validated.getSessionId(), touched.getSessionId()));
    }

    @Test
    void theSameSubjectOfAnotherIssuerIsSomebodyElse() {
        Principal namesake = alice.toBuilder().setIssuer("https://other.example").build();

        assertThat(validate(create(alice), namesake).getDecision(), is(Decision.DECISION_OWNER_MISMATCH));
    }

    @Test
    void anInventedIdIsNotFound() {
        ValidateSessionResponse response = api.stub().validateSession(ValidateSessionRequest.newBuilder()
                .setSessionId(inventedId()).setPrincipal(alice).build());

        assertThat(response, is(ValidateSessionResponse.newBuilder()
                .setDecision(Decision.DECISION_NOT_FOUND).build()));
    }

    @Test
    void anIdleSessionIsExpiredForItsOwnerAndNotFoundForOthers() {
        Session session = create(alice);
        advance(IDLE);

        assertThat(validate(session, alice).getDecision(), is(Decision.DECISION_EXPIRED));
        assertThat(validate(session, alice).getAbsoluteExpireTime(), is(session.getAbsoluteExpireTime()));
        assertThat(validate(session, bob).getDecision(), is(Decision.DECISION_NOT_FOUND));
    }

    @Test
    void aRevokedSessionIsRevokedAndSaysWhy() {
        Session session = create(alice);
        revoke(alice, "", "left the company");

        ValidateSessionResponse response = validate(session, alice);

        assertThat(response.getDecision(), is(Decision.DECISION_REVOKED));
        assertThat(response.getRevocationReason(), is("left the company"));
    }

    @Test
    void validationExtendsNothingUnlessAsked() {
        Session session = create(alice);
        advance(IDLE.minusSeconds(1));

        validate(session, alice);
        validate(session, alice, TouchMode.TOUCH_MODE_NONE);

        assertThat(get(session).getExpireTime(), is(session.getExpireTime()));
    }

    @Test
    void validationThatAlwaysTouchesExtends() {
        Session session = create(alice);
        advance(Duration.ofSeconds(5));

        ValidateSessionResponse response = validate(session, alice, TouchMode.TOUCH_MODE_ALWAYS);

        assertThat(instant(response.getExpireTime()), is(now().plus(IDLE)));
    }

    @Test
    void validationThatTouchesWhenStaleLeavesAFreshSessionAlone() {
        Session session = create(alice);
        advance(IDLE.dividedBy(10));

        ValidateSessionResponse response = validate(session, alice, TouchMode.TOUCH_MODE_IF_STALE);

        assertThat(response.getExpireTime(), is(session.getExpireTime()));
    }

    @Test
    void validationThatTouchesWhenStaleExtendsAStaleSession() {
        Session session = create(alice);
        advance(IDLE.dividedBy(10).plusMillis(1));

        ValidateSessionResponse response = validate(session, alice, TouchMode.TOUCH_MODE_IF_STALE);

        assertThat(instant(response.getExpireTime()), is(now().plus(IDLE)));
        assertThat(get(session).getExpireTime(), is(response.getExpireTime()));
    }

    @Test
    void noKindOfValidationExtendsSomebodyElsesSession() {
        Session session = create(alice);
        advance(IDLE.dividedBy(2));

        for (TouchMode mode : List.of(TouchMode.TOUCH_MODE_IF_STALE, TouchMode.TOUCH_MODE_ALWAYS)) {
            assertThat(validate(session, bob, mode).getDecision(), is(Decision.DECISION_OWNER_MISMATCH));
        }
        assertThat(get(session).getExpireTime(), is(session.getExpireTime()));
    }
}
