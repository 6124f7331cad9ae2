package io.mcpsession.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static io.mcpsession.session.StoreFixture.atOnce;
import static io.mcpsession.session.StoreFixture.made;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

/** Of sessions that go on under their id after their time had run out. */
interface ReviveContract extends StoreFixture {

    private Placement revive(SessionId id) {
        return store().revive(id, ALICE, OPENING);
    }

    @Test
    default void anExpiredSessionIsRevivedUnderItsId() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);

        Placement placement = revive(id);

        Session session = Session.opened(id, ALICE, in(IDLE), OPENING).inEpoch(clock().millis());
        assertThat(placement, is(new Placement.Made(session, 0)));
        assertThat(store().find(id), is(new Lookup.Live(session)));
        assertThat(listed(ALICE), is(List.of(id)));
        assertThat(store().count(), is(1L));
    }

    @Test
    default void aLiveSessionIsFoundAsItIs() {
        Session session = made(store().create(ids().mint(ALICE), ALICE, OPENING));
        clock().advance(Duration.ofMinutes(1));

        Placement placement = store().revive(session.id(), ALICE, new Opening("2025-03-26", ClientInfo.UNKNOWN));

        assertThat(placement, is(new Placement.Found(session)));
        assertThat(store().find(session.id()), is(new Lookup.Live(session)));
    }

    @Test
    default void anEndedIdIsNotRevived() {
        SessionId id = opened(ALICE);
        store().end(id, REVOKED);

        assertThat(revive(id), is(new Placement.Ended(REVOKED)));
        clock().advance(IDLE);
        assertThat(revive(id), is(new Placement.Ended(REVOKED)));
        assertThat(listed(ALICE), is(empty()));
    }

    @Test
    default void anIdEndedWithAllOthersIsNotRevived() {
        SessionId id = opened(ALICE);
        store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(revive(id), is(new Placement.Ended(REVOKED)));
    }

    @Test
    default void anIdThatWasEndedAfterItExpiredIsNotRevived() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);
        store().end(id, Ending.DELETED);

        assertThat(revive(id), is(new Placement.Ended(Ending.DELETED)));
    }

    @Test
    default void ofManyWhoReviveASessionAtOnceOneMakesItAndAllGetIt() throws Exception {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);

        List<Placement> placements = atOnce(50, () -> revive(id));

        Session session = Session.opened(id, ALICE, in(IDLE), OPENING).inEpoch(clock().millis());
        assertThat(placements.stream().filter(new Placement.Made(session, 0)::equals).count(), is(1L));
        assertThat(placements.stream().filter(new Placement.Found(session)::equals).count(), is(49L));
        assertThat(listed(ALICE), is(List.of(id)));
        assertThat(store().count(), is(1L));
    }

    @Test
    default void aRevivalThatRacesAnEndingLeavesTheSessionEnded() throws Exception {
        for (int round = 0; round < 100; round++) {
            SessionId id = opened(ALICE);
            clock().advance(IDLE);

            atOnce(List.of(() -> revive(id), () -> store().end(id, REVOKED), () -> revive(id)));

            assertThat("round " + round, store().find(id), is(new Lookup.Ended(REVOKED)));
            assertThat("round " + round, listed(ALICE), is(empty()));
        }
    }

    @Test
    default void aRevivedSessionIsGrantedNoMoreThanTheRestOfItsAbsoluteLifetime() {
        SessionId id = opened(ALICE);
        clock().advance(LIFETIME.minusSeconds(5));

        assertThat(made(revive(id)).expires(), is(LIMITS.deadline(id)));
    }

    @Test
    default void anIdIsNotRevivedPastItsAbsoluteLifetime() {
        SessionId id = opened(ALICE);
        clock().advance(LIFETIME);

        assertThat(revive(id), is(new Placement.Outlived()));
        assertThat(store().find(id), is(Lookup.Absent.INSTANCE));
        assertThat(store().count(), is(0L));
    }

    @Test
    default void aRevivedSessionMayExpireAndBeRevivedAgain() {
        SessionId id = opened(ALICE);
        for (int i = 0; i < 5; i++) {
            clock().advance(IDLE.multipliedBy(2));
            assertThat(made(revive(id)).id(), is(id));
        }
        assertThat(listed(ALICE), is(List.of(id)));
    }

    @Test
    default void aRevivedSessionIsEmptyEvenIfThatBeforeWasNot() {
        SessionId id = opened(ALICE);
        storeSomethingIn(id);
        Place place = Place.conversation("talk");
        clock().advance(IDLE);
        SessionId there = made(store().anchor(place, Optional.empty(), Optional.of(ids().mint(ALICE)), ALICE, OPENING))
                .id();

        revive(id);

        // An empty session makes way.
        assertThat(StoreFixture.found(store().anchor(place, Optional.of(id), Optional.empty(), ALICE, OPENING)).id(),
                is(there));
    }
}
