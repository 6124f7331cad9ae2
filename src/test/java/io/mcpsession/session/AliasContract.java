package io.mcpsession.session;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static io.mcpsession.session.StoreFixture.found;
import static io.mcpsession.session.StoreFixture.live;
import static io.mcpsession.session.StoreFixture.made;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

/** Of ids whose session is dead and that stand for the one that took its place. */
interface AliasContract extends StoreFixture {

    private Placement renew(SessionId old) {
        return store().anchor(Place.formerly(old.value()), Optional.empty(), Optional.of(ids().mint(ALICE)), ALICE,
                OPENING);
    }

    private SessionId expired() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);
        return id;
    }

    @Test
    default void aDeadIdStandsForTheSessionThatTookItsPlace() {
        SessionId old = expired();
        Session renewed = made(renew(old));
        clock().advance(Duration.ofMinutes(1));

        assertThat(store().find(old, ALICE), is(new Lookup.Live(renewed)));
        assertThat(store().resume(old, ALICE), is(new Lookup.Live(renewed.expiring(in(IDLE)))));
        assertThat(found(renew(old)).id(), is(renewed.id()));
        assertThat(listed(ALICE), is(List.of(renewed.id())));
    }

    @Test
    default void whoAsksForExactlyTheOldIdFindsNothing() {
        SessionId old = expired();
        renew(old);

        assertThat(store().find(old), is(Lookup.Absent.INSTANCE));
        assertThat(store().touch(old), is(Lookup.Absent.INSTANCE));
        assertThat(store().update(old, it -> it.with("a", "b")), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void aDeadIdStandsForNothingToSomebodyElse() {
        SessionId old = expired();
        Session renewed = made(renew(old));
        clock().advance(Duration.ofMinutes(1));

        assertThat(store().resume(old, BOB), is(Lookup.Absent.INSTANCE));
        assertThat(store().find(old, BOB), is(Lookup.Absent.INSTANCE));
        assertThat(store().find(renewed.id()), is(new Lookup.Live(renewed)));
    }

    @Test
    default void theOldIdStandsForTheSessionAsLongAsItIsUsed() {
        SessionId old = expired();
        SessionId renewed = made(renew(old)).id();

        for (int i = 0; i < 30; i++) {
            clock().advance(IDLE.minus(SECOND));
            assertThat(live(store().resume(old, ALICE)).id(), is(renewed));
        }
    }

    @Test
    default void findingASessionThroughTheOldIdExtendsNothing() {
        SessionId old = expired();
        renew(old);
        clock().advance(IDLE.minus(SECOND));

        store().find(old, ALICE);

        clock().advance(SECOND);
        assertThat(store().resume(old, ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void anOldIdThatStandsForAnExpiredSessionIsAbsentAndMayBeRenewedAgain() {
        SessionId old = expired();
        SessionId first = made(renew(old)).id();
        clock().advance(IDLE);

        assertThat(store().find(old, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store().resume(old, ALICE), is(Lookup.Absent.INSTANCE));

        SessionId second = made(renew(old)).id();
        assertThat(second, is(not(first)));
        assertThat(live(store().resume(old, ALICE)).id(), is(second));
    }

    @Test
    default void aSessionUsedThroughTheOldIdIsNotExtendedPastItsAbsoluteLifetime() {
        SessionId old = expired();
        Instant deadline = LIMITS.deadline(made(renew(old)).id());

        while (clock().instant().plus(IDLE).isBefore(deadline)) {
            clock().advance(IDLE.minus(SECOND));
            assertThat(live(store().resume(old, ALICE)).expires(), is(lessThanOrEqualTo(deadline)));
        }
        clock().advance(Duration.between(clock().instant(), deadline));

        assertThat(store().resume(old, ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void anOldIdThatStandsForAnEndedSessionIsEnded() {
        SessionId old = expired();
        store().end(made(renew(old)).id(), REVOKED);

        assertThat(store().find(old, ALICE), is(new Lookup.Ended(REVOKED)));
        assertThat(store().resume(old, ALICE), is(new Lookup.Ended(REVOKED)));
        assertThat(renew(old), is(new Placement.Ended(REVOKED)));
    }

    @Test
    default void anOldIdThatStandsForASessionEndedWithAllOthersIsEnded() {
        SessionId old = expired();
        renew(old);

        store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(store().resume(old, ALICE), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    default void anOldIdThatIsEndedItselfStandsForNothingAnyMore() {
        SessionId old = expired();
        Session renewed = made(renew(old));

        store().end(old, REVOKED);

        assertThat(store().resume(old, ALICE), is(new Lookup.Ended(REVOKED)));
        assertThat(store().find(renewed.id()), is(new Lookup.Live(renewed)));
    }

    @Test
    default void aLiveIdStandsForItself() {
        SessionId id = opened(ALICE);
        renew(id);

        assertThat(live(store().resume(id, ALICE)).id(), is(id));
        assertThat(live(store().find(id, ALICE)).id(), is(id));
    }

    @Test
    default void aSessionIsFoundAsItsOwnerAndAsNobodyElse() {
        Session session = created(ALICE);
        clock().advance(Duration.ofMinutes(1));

        assertThat(store().find(session.id(), ALICE), is(new Lookup.Live(session)));
        assertThat(store().find(session.id(), BOB), is(new Lookup.OtherOwner(ALICE)));
        assertThat(store().find(session.id()), is(new Lookup.Live(session)));
    }
}
