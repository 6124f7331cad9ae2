package io.mcpsession.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** Of sessions that are read and used. */
interface ResumeContract extends StoreFixture {

    @Test
    default void aResumedSessionRestartsItsIdleTimer() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE.minus(SECOND));

        Session resumed = StoreFixture.live(store().resume(id, ALICE));

        assertThat(resumed.expires(), is(in(IDLE)));
        clock().advance(IDLE.minus(MOMENT));
        assertThat(store().resume(id, ALICE), instanceOf(Lookup.Live.class));
    }

    @Test
    default void aSessionIsDeadFromTheMomentItExpires() {
        SessionId id = opened(ALICE);

        clock().advance(IDLE.minus(MOMENT));
        assertThat(store().find(id), instanceOf(Lookup.Live.class));
        clock().advance(MOMENT);

        assertThat(store().find(id), is(Lookup.Absent.INSTANCE));
        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void aSessionResumedManyTimesASecondLivesAsLongAsOneResumedOnce() {
        SessionId id = opened(ALICE);

        for (int i = 0; i < 30; i++) {
            clock().advance(Duration.ofMillis(100));
            store().resume(id, ALICE);
        }

        clock().advance(IDLE.minus(SECOND));
        assertThat(store().find(id), instanceOf(Lookup.Live.class));
    }

    @Test
    default void noSessionOutlivesItsAbsoluteLifetimeHoweverOftenItIsResumed() {
        SessionId id = opened(ALICE);
        Instant deadline = LIMITS.deadline(id);

        while (clock().instant().plus(IDLE).isBefore(deadline)) {
            clock().advance(IDLE.minus(SECOND));
            assertThat(StoreFixture.live(store().resume(id, ALICE)).expires(), is(lessThanOrEqualTo(deadline)));
        }
        clock().advance(Duration.between(clock().instant(), deadline).minus(MOMENT));
        assertThat(StoreFixture.live(store().touch(id)).expires(), is(deadline));
        clock().advance(MOMENT);

        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void aSessionIsNotResumedForSomebodyElseAndNotExtendedByTheAttempt() {
        Session session = created(ALICE);
        clock().advance(Duration.ofMinutes(1));

        Lookup lookup = store().resume(session.id(), BOB);

        assertThat(lookup, is(new Lookup.OtherOwner(ALICE)));
        assertThat(store().find(session.id()), is(new Lookup.Live(session)));
    }

    @Test
    default void theSameSubjectOfAnotherIssuerIsSomebodyElse() {
        SessionId id = opened(ALICE);

        Lookup lookup = store().resume(id, Principal.ofSubject(ALICE.subject()));

        assertThat(lookup, is(new Lookup.OtherOwner(ALICE)));
    }

    @Test
    default void anExpiredSessionOfSomebodyElseIsAbsent() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);

        assertThat(store().resume(id, BOB), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void anIdThatWasNeverOpenedIsAbsent() {
        SessionId id = ids().mint(ALICE);

        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(Lookup.Absent.INSTANCE));
        assertThat(store().touch(id), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void anExpiredSessionIsNotRevivedByResumingIt() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);

        store().resume(id, ALICE);

        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store().count(), is(0L));
    }

    @Test
    default void findingASessionNeverExtendsIt() {
        Session session = created(ALICE);
        clock().advance(IDLE.minus(MOMENT));

        Lookup found = store().find(session.id());

        assertThat(found, is(new Lookup.Live(session)));
        clock().advance(MOMENT);
        assertThat(store().find(session.id()), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void aTouchRestartsTheIdleTimer() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE.minus(SECOND));

        Session touched = StoreFixture.live(store().touch(id));

        assertThat(touched.expires(), is(in(IDLE)));
        assertThat(store().find(id), is(new Lookup.Live(touched)));
    }

    @Test
    default void aTouchOfADeadSessionLeavesItDead() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);

        Lookup touched = store().touch(id);

        assertThat(touched, is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(Lookup.Absent.INSTANCE));
        assertThat(store().count(), is(0L));
    }

    @Test
    default void aTouchOfAnEndedSessionLeavesItEnded() {
        SessionId id = opened(ALICE);
        store().end(id, REVOKED);

        Lookup touched = store().touch(id);

        assertThat(touched, is(new Lookup.Ended(REVOKED)));
        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    default void noTouchThatRacesAnEndingRevivesTheSession(boolean all) throws Exception {
        for (int round = 0; round < 200; round++) {
            SessionId id = opened(ALICE);
            List<Runnable> verbs = new ArrayList<>(List.of(
                    () -> store().touch(id),
                    () -> store().touch(id),
                    () -> store().resume(id, ALICE),
                    () -> store().resume(id, ALICE),
                    () -> store().create(id, ALICE, OPENING),
                    all ? () -> store().endAll(ALICE, Optional.empty(), REVOKED) : () -> store().end(id, REVOKED)));
            Collections.shuffle(verbs, new Random(round));
            StoreFixture.atOnce(verbs.stream().map(verb -> Executors.callable(() -> {
                // Moves every touch past the interval in which a store may skip it.
                clock().advance(SECOND);
                verb.run();
            })).toList());

            assertThat("round " + round, store().find(id), is(new Lookup.Ended(REVOKED)));
            assertThat("round " + round, listed(ALICE), is(empty()));
            assertThat("round " + round, store().count(), is(0L));
        }
    }
}
