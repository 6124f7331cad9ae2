package io.mcpsession.grpc;

import com.google.rpc.ErrorInfo;
import io.grpc.Status.Code;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.BatchValidateSessionsResponse;
import io.mcpsession.v1.BatchValidateSessionsResult;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

class BatchValidateSessionsTest extends ApiOnRedis {

    private BatchValidateSessionsResponse batch(List<ValidateSessionRequest> requests) {
        return api.stub().batchValidateSessions(
                BatchValidateSessionsRequest.newBuilder().addAllRequests(requests).build());
    }

    @Test
    void eachIsDecidedInItsPlaceAndOneThatBreaksARuleSpoilsNoOther() throws Exception {
        Session mine = create(alice);
        Session theirs = create(bob);
        Session deleted = create(alice);
        delete(deleted, false);

        List<BatchValidateSessionsResult> results = batch(List.of(
                asking(mine.getSessionId(), alice),
                asking("malformed", alice),
                asking(theirs.getSessionId(), alice),
                asking(mine.getSessionId(), alice).toBuilder().setTouchModeValue(99).build(),
                asking(deleted.getSessionId(), alice),
                asking(inventedId(), alice))).getResultsList();

        assertThat(results.stream().map(result -> result.getResponse().getDecision()).toList(), contains(
                Decision.DECISION_ACTIVE, Decision.DECISION_UNSPECIFIED, Decision.DECISION_OWNER_MISMATCH,
                Decision.DECISION_UNSPECIFIED, Decision.DECISION_DELETED, Decision.DECISION_NOT_FOUND));
        assertThat(results.getFirst().getResponse().getSession(), is(mine));
        assertThat(results.get(1).getError().getCode(), is(Code.INVALID_ARGUMENT.value()));
        assertThat(results.get(1).getError().getDetails(0).unpack(ErrorInfo.class).getReason(),
                is("SESSION_ID_MALFORMED"));
        assertThat(results.get(3).getError().getDetails(0).unpack(ErrorInfo.class).getReason(), is("REQUEST_INVALID"));
    }

    @Test
    void aHundredOfManyUsersAreDecidedInTheirOrder() {
        List<ValidateSessionRequest> requests = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            usersNobodyKnowsYet();
            for (Session session : List.of(create(alice), create(bob))) {
                requests.add(asking(session.getSessionId(), session.getOwner()));
                ids.add(session.getSessionId());
            }
        }

        assertThat(batch(requests).getResultsList().stream()
                .map(result -> result.getResponse().getSession().getSessionId()).toList(), is(ids));
    }

    @Test
    void onlyWhatIsStaleIsTouchedIfThatIsAskedFor() {
        Session stale = create(alice);
        advance(IDLE.dividedBy(2));
        Session fresh = create(alice);
        advance(Duration.ofSeconds(5));

        List<BatchValidateSessionsResult> results = batch(List.of(
                asking(stale.getSessionId(), alice).toBuilder().setTouchMode(TouchMode.TOUCH_MODE_IF_STALE).build(),
                asking(fresh.getSessionId(), alice).toBuilder().setTouchMode(TouchMode.TOUCH_MODE_IF_STALE).build()))
                .getResultsList();

        assertThat(instant(results.getFirst().getResponse().getExpireTime()), is(now().plus(IDLE)));
        assertThat(results.get(1).getResponse().getExpireTime(), is(fresh.getExpireTime()));
        assertThat(get(stale).getExpireTime(), is(results.getFirst().getResponse().getExpireTime()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 101})
    void noneOrTooManyAreRefused(int count) {
        Failure failure = Failure.of(() -> batch(Collections.nCopies(count, asking(inventedId(), alice))));

        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.reason(), is("REQUEST_INVALID"));
        assertThat(failure.field(), is("requests"));
    }

    @Test
    void anAnswerSaysHowLongItMayBeReused() {
        Session session = create(alice);
        advance(IDLE.minusMillis(300));
        Session deleted = create(alice);
        delete(deleted, false);

        assertThat(validate(session, alice).getCacheTtl().getNanos(), is(300_000_000));
        assertThat(validate(create(alice), alice).getCacheTtl().getSeconds(), is(1L));
        assertThat(validate(deleted, alice).getCacheTtl().getSeconds(), is(60L));
        assertThat(validate(session, bob).hasCacheTtl(), is(false));
    }

    @Test
    void anAnswerNamesTheLifeOfTheId() {
        Session session = create(alice);

        long epoch = validate(session, alice).getSessionEpoch();

        assertThat(epoch, is(now().toEpochMilli()));
        assertThat(epoch, is(validate(session, alice, TouchMode.TOUCH_MODE_ALWAYS).getSessionEpoch()));
    }
}
