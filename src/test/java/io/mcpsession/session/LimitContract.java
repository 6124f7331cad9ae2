package io.mcpsession.session;

import io.mcpsession.session.SessionLimits.WhenFull;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static io.mcpsession.session.StoreFixture.atOnce;
import static io.mcpsession.session.StoreFixture.made;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Of the number of sessions that one user may have. */
interface LimitContract extends StoreFixture {

    private SessionStore atMost(int perUser, WhenFull whenFull) {
        return storeWithin(new SessionLimits(IDLE, LIFETIME, perUser, whenFull, Long.MAX_VALUE));
    }

    private Placement create(SessionStore store, Principal owner) {
        return store.create(ids().mint(owner), owner, OPENING);
    }

    private static void assertRefused(Runnable verb) {
        SessionLimitException refused = assertThrows(SessionLimitException.class, verb::run);
        assertThat(refused.scope(), is(SessionLimitException.Scope.USER));
    }

    @Test
    default void theSessionUnusedForLongestMakesRoom() {
        SessionStore store = atMost(3, WhenFull.EVICT_OLDEST);
        List<SessionId> three = opened(ALICE, 3);
        clock().advance(Duration.ofMinutes(1));
        store.touch(three.getFirst());

        Placement fourth = create(store, ALICE);

        assertThat(fourth, is(new Placement.Made(made(fourth), 1)));
        assertThat(listed(ALICE), is(List.of(three.get(0), three.get(2), made(fourth).id())));
        assertThat(store.find(three.get(1)), is(Lookup.Absent.INSTANCE));
        assertThat(store.count(), is(3L));
    }

    @Test
    default void whereNoneMakesRoomOneTooManyIsRefusedAndNothingChanges() {
        SessionStore store = atMost(3, WhenFull.REJECT);
        List<SessionId> three = opened(ALICE, 3);

        assertRefused(() -> create(store, ALICE));

        assertThat(listed(ALICE), is(three));
        store.end(three.getFirst(), REVOKED);
        assertThat(create(store, ALICE), instanceOf(Placement.Made.class));
    }

    @Test
    default void deadSessionsTakeNoRoom() {
        SessionStore store = atMost(2, WhenFull.REJECT);
        opened(ALICE, 2);
        clock().advance(IDLE);
        store.end(opened(ALICE), REVOKED);

        create(store, ALICE);
        create(store, ALICE);

        assertRefused(() -> create(store, ALICE));
    }

    @Test
    default void repeatingACreateTakesNoMoreRoom() {
        SessionStore store = atMost(1, WhenFull.EVICT_OLDEST);
        SessionId id = opened(ALICE);

        Placement repeated = store.create(id, ALICE, OPENING);

        assertThat(repeated, is(new Placement.Made(Session.opened(id, ALICE, in(IDLE), OPENING), 0)));
    }

    @Test
    default void manySessionsMakeRoomWhereTheLimitWasLowered() {
        List<SessionId> ten = opened(ALICE, 10);

        Placement another = create(atMost(4, WhenFull.EVICT_OLDEST), ALICE);

        assertThat(another, is(new Placement.Made(made(another), 7)));
        assertThat(listed(ALICE),
                is(Stream.concat(ten.subList(7, 10).stream(), Stream.of(made(another).id())).toList()));
    }

    @Test
    default void ofManyCreatedAtOnceAsManyStayAsThereMayBe() throws Exception {
        SessionStore store = atMost(7, WhenFull.EVICT_OLDEST);

        List<Placement> placements = atOnce(200, () -> create(store, ALICE));

        assertThat(placements.stream().mapToInt(it -> ((Placement.Made) it).evicted()).sum(), is(193));
        assertThat(listed(ALICE).size(), is(7));
        assertThat(store.count(), is(7L));
    }

    @Test
    default void ofManyCreatedAtOnceAsManySucceedAsThereMayBe() throws Exception {
        SessionStore store = atMost(7, WhenFull.REJECT);

        List<Placement> placements = atOnce(200, () -> {
            try {
                return create(store, ALICE);
            } catch (SessionLimitException e) {
                return null;
            }
        });

        assertThat(placements.stream().filter(Objects::nonNull).count(), is(7L));
        assertThat(listed(ALICE).size(), is(7));
        assertThat(store.count(), is(7L));
    }

    @Test
    default void theFloodOfOneUserTouchesNobodyElse() {
        SessionStore store = atMost(3, WhenFull.EVICT_OLDEST);
        // Many, so that some share whatever a store spreads users over.
        List<Session> others = Stream.iterate(0, i -> i + 1).limit(40)
                .map(i -> created(Principal.ofSubject("user " + i))).toList();
        clock().advance(Duration.ofMinutes(1));

        for (int i = 0; i < 50; i++) {
            create(store, ALICE);
        }

        others.forEach(session -> assertThat(store.find(session.id()), is(new Lookup.Live(session))));
        assertThat(store.count(), is(43L));
    }

    @Test
    default void aPlaceMakesRoomForItsSessionToo() {
        List<SessionId> two = opened(ALICE, 2);
        Place place = Place.conversation("talk");

        assertRefused(() -> anchor(atMost(2, WhenFull.REJECT), place));
        Placement placement = anchor(atMost(2, WhenFull.EVICT_OLDEST), place);

        assertThat(placement, is(new Placement.Made(made(placement), 1)));
        assertThat(listed(ALICE), is(List.of(two.getLast(), made(placement).id())));
        assertThat(anchor(atMost(2, WhenFull.REJECT), place), instanceOf(Placement.Found.class));
    }

    private Placement anchor(SessionStore store, Place place) {
        return store.anchor(place, Optional.empty(), Optional.of(ids().mint(ALICE)), ALICE, OPENING);
    }

    @Test
    default void aRevivedSessionNeedsRoomToo() {
        SessionId expired = opened(ALICE);
        clock().advance(IDLE);
        List<SessionId> two = opened(ALICE, 2);

        assertRefused(() -> atMost(2, WhenFull.REJECT).revive(expired, ALICE, OPENING));
        Placement revived = atMost(2, WhenFull.EVICT_OLDEST).revive(expired, ALICE, OPENING);

        assertThat(revived, is(new Placement.Made(made(revived), 1)));
        assertThat(listed(ALICE), is(List.of(expired, two.getLast())));
    }

    @Test
    default void whoseSessionMadeRoomGetsANewOneInItsPlace() {
        Place place = Place.conversation("talk");
        SessionStore store = atMost(1, WhenFull.EVICT_OLDEST);
        SessionId first = made(anchor(store, place)).id();
        clock().advance(MOMENT);
        create(store, ALICE);

        assertThat(store.find(first), is(Lookup.Absent.INSTANCE));
        assertThat(anchor(store, place), instanceOf(Placement.Made.class));
    }
}
