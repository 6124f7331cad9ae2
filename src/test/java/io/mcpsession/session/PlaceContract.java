package io.mcpsession.session;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static io.mcpsession.session.StoreFixture.atOnce;
import static io.mcpsession.session.StoreFixture.found;
import static io.mcpsession.session.StoreFixture.live;
import static io.mcpsession.session.StoreFixture.made;
import static java.util.stream.Collectors.toSet;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Of the session of a place, such as a conversation. */
interface PlaceContract extends StoreFixture {

    Place TALK = Place.conversation("v1/talk");

    private Placement anchor(Place place, Principal owner) {
        return store().anchor(place, Optional.empty(), Optional.of(ids().mint(owner)), owner, OPENING);
    }

    private Placement present(SessionId presented, Place place) {
        return store().anchor(place, Optional.of(presented), Optional.of(ids().mint(ALICE)), ALICE, OPENING);
    }

    @Test
    default void aPlaceWithoutASessionGetsANewOne() {
        SessionId candidate = ids().mint(ALICE);

        Placement placement = store().anchor(TALK, Optional.empty(), Optional.of(candidate), ALICE, OPENING);

        Session session = Session.opened(candidate, ALICE, in(IDLE), OPENING);
        assertThat(placement, is(new Placement.Made(session, 0)));
        assertThat(store().find(candidate), is(new Lookup.Live(session)));
        assertThat(listed(ALICE), is(List.of(candidate)));
    }

    @Test
    default void theSessionOfAPlaceIsFoundAgainAndItsIdleTimerRestarts() {
        Session session = made(anchor(TALK, ALICE));
        clock().advance(IDLE.minus(SECOND));

        Placement again = anchor(TALK, ALICE);

        assertThat(again, is(new Placement.Found(session.expiring(in(IDLE)))));
        clock().advance(IDLE.minus(SECOND));
        assertThat(found(anchor(TALK, ALICE)).id(), is(session.id()));
        assertThat(store().count(), is(1L));
    }

    @Test
    default void ofManyWhoComeToAPlaceAtOnceOneMakesTheSessionAndAllGetIt() throws Exception {
        List<Placement> placements = atOnce(200, () -> anchor(TALK, ALICE));

        List<Session> made = placements.stream().filter(Placement.Made.class::isInstance)
                .map(StoreFixture::made).toList();
        assertThat(made, hasSize(1));
        assertThat(placements.stream().filter(Placement.Found.class::isInstance).map(it -> found(it).id())
                .collect(toSet()), is(Set.of(made.getFirst().id())));
        assertThat(listed(ALICE), is(List.of(made.getFirst().id())));
        assertThat(store().count(), is(1L));
    }

    @Test
    default void ofManyWhoComeToAPlaceWithAnEmptySessionEachOneSessionIsLeft() throws Exception {
        List<SessionId> presented = opened(ALICE, 50);

        List<Placement> placements = atOnce(presented.stream()
                .map(id -> (Callable<Placement>) () -> present(id, TALK)).toList());

        assertThat(placements.stream().map(it -> found(it).id()).collect(toSet()), hasSize(1));
        assertThat(listed(ALICE), is(List.of(found(placements.getFirst()).id())));
        assertThat(store().count(), is(1L));
    }

    @Test
    default void thePlaceOfTheSameNameOfSomebodyElseIsAnotherPlace() {
        Session hers = made(anchor(TALK, ALICE));

        Session his = made(anchor(TALK, BOB));

        assertThat(his.owner(), is(BOB));
        assertThat(found(anchor(TALK, ALICE)).id(), is(hers.id()));
        assertThat(found(anchor(TALK, BOB)).id(), is(his.id()));
    }

    @Test
    default void placesOfDifferentNamesOrKindsAreDifferentPlaces() {
        List<Place> places = List.of(TALK, Place.conversation("v1/other"), Place.formerly("v1/talk"),
                Place.conversation(""), Place.conversation("v1/talk "), Place.conversation("*"));

        assertThat(places.stream().map(place -> made(anchor(place, ALICE)).id()).collect(toSet()),
                hasSize(places.size()));
    }

    @Test
    default void aPlaceWhoseSessionExpiredGetsANewOne() {
        Session expired = made(anchor(TALK, ALICE));
        clock().advance(IDLE);

        Session session = made(anchor(TALK, ALICE));

        assertThat(session.id(), is(not(expired.id())));
        assertThat(listed(ALICE), is(List.of(session.id())));
        assertThat(found(anchor(TALK, ALICE)).id(), is(session.id()));
    }

    @Test
    default void theSessionOfAPlaceIsNotExtendedPastItsAbsoluteLifetime() {
        SessionId first = made(anchor(TALK, ALICE)).id();
        Instant deadline = LIMITS.deadline(first);

        while (clock().instant().plus(IDLE).isBefore(deadline)) {
            clock().advance(IDLE.minus(SECOND));
            assertThat(found(anchor(TALK, ALICE)).expires(), is(lessThanOrEqualTo(deadline)));
        }
        clock().advance(Duration.between(clock().instant(), deadline));

        assertThat(made(anchor(TALK, ALICE)).id(), is(not(first)));
    }

    @Test
    default void aLiveSessionThatIsPresentedBecomesThatOfAPlaceWithoutOne() {
        Session presented = created(ALICE);
        clock().advance(Duration.ofMinutes(1));

        Placement placement = present(presented.id(), TALK);

        assertThat(placement, is(new Placement.Found(presented.expiring(in(IDLE)))));
        assertThat(found(anchor(TALK, ALICE)).id(), is(presented.id()));
        assertThat(listed(ALICE), is(List.of(presented.id())));
    }

    @Test
    default void theSessionOfAPlaceMayBePresentedThere() {
        SessionId id = made(anchor(TALK, ALICE)).id();

        assertThat(found(present(id, TALK)).id(), is(id));
        assertThat(listed(ALICE), is(List.of(id)));
    }

    @Test
    default void anEmptySessionThatIsPresentedMakesWayAndStandsForThatOfThePlace() {
        SessionId there = made(anchor(TALK, ALICE)).id();
        SessionId presented = opened(ALICE);

        Session served = found(present(presented, TALK));

        assertThat(served.id(), is(there));
        assertThat(listed(ALICE), is(List.of(there)));
        assertThat(store().find(presented), is(Lookup.Absent.INSTANCE));
        assertThat(live(store().resume(presented, ALICE)).id(), is(there));
        assertThat(found(present(presented, TALK)).id(), is(there));
    }

    @Test
    default void anIdThatMadeWayStandsForTheSessionOfThePlaceForAsLongAsThatLives() {
        SessionId there = made(anchor(TALK, ALICE)).id();
        clock().advance(Duration.ofMinutes(9));
        SessionId presented = opened(ALICE);
        present(presented, TALK);

        clock().advance(Duration.ofMinutes(9));

        assertThat(live(store().resume(presented, ALICE)).id(), is(there));
    }

    @Test
    default void aSessionInWhichSomethingIsStoredMakesWayForNone() {
        Session there = made(anchor(TALK, ALICE));
        Session presented = created(ALICE);
        storeSomethingIn(presented.id());
        clock().advance(Duration.ofMinutes(1));

        Placement placement = present(presented.id(), TALK);

        assertThat(placement, is(new Placement.Found(presented.expiring(in(IDLE)))));
        assertThat(store().find(there.id()), is(new Lookup.Live(there)));
        assertThat(found(anchor(TALK, ALICE)).id(), is(there.id()));
    }

    @Test
    default void aDeadIdThatIsPresentedChangesNothing() {
        SessionId expired = opened(ALICE);
        clock().advance(IDLE);

        SessionId first = made(present(expired, TALK)).id();
        SessionId second = found(present(ids().mint(ALICE), TALK)).id();

        assertThat(second, is(first));
        assertThat(listed(ALICE), is(List.of(first)));
    }

    @Test
    default void anEndedIdThatIsPresentedStaysEnded() {
        SessionId ended = opened(ALICE);
        store().end(ended, REVOKED);

        assertThat(present(ended, TALK), is(new Placement.Ended(REVOKED)));
        assertThat(listed(ALICE), is(empty()));
        anchor(TALK, ALICE);
        assertThat(present(ended, TALK), is(new Placement.Ended(REVOKED)));
        assertThat(store().find(ended), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    default void aConversationWhoseSessionWasEndedBeginsAnew() {
        SessionId ended = made(anchor(TALK, ALICE)).id();
        store().end(ended, REVOKED);

        SessionId anew = made(anchor(TALK, ALICE)).id();

        assertThat(store().find(ended), is(new Lookup.Ended(REVOKED)));
        assertThat(found(anchor(TALK, ALICE)).id(), is(anew));
    }

    @Test
    default void aConversationWhoseSessionWasEndedGoesOnInTheOneThatIsPresented() {
        store().end(made(anchor(TALK, ALICE)).id(), REVOKED);
        SessionId presented = opened(ALICE);

        assertThat(found(present(presented, TALK)).id(), is(presented));
        assertThat(found(anchor(TALK, ALICE)).id(), is(presented));
    }

    @Test
    default void whereThereMayBeNoNewSessionThoseThereAreAreFound() {
        Session session = made(anchor(TALK, ALICE));
        clock().advance(Duration.ofMinutes(1));

        Placement placement = store().anchor(TALK, Optional.empty(), Optional.empty(), ALICE, OPENING);

        assertThat(placement, is(new Placement.Found(session.expiring(in(IDLE)))));
        SessionLimitException refused = assertThrows(SessionLimitException.class, () -> store()
                .anchor(Place.conversation("v1/other"), Optional.empty(), Optional.empty(), ALICE, OPENING));
        assertThat(refused.scope(), is(SessionLimitException.Scope.TOTAL));
    }

    @Test
    default void theNameOfAPlaceMayBeAnyText() {
        Stream.of("", "\0", "{0}", "a:b", "é😀", "x".repeat(1024)).map(Place::conversation).forEach(place -> {
            SessionId id = made(anchor(place, BOB)).id();
            assertThat(found(anchor(place, BOB)).id(), is(id));
        });
    }
}
