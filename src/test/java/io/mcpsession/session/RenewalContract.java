package io.mcpsession.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static io.mcpsession.session.StoreFixture.made;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Of what is known of a client when its session is over and another takes its place. */
interface RenewalContract extends StoreFixture {

    /** Of a call that says nothing of its client, in another revision than was negotiated. */
    Opening RENEWAL = new Opening("2025-03-26", ClientInfo.UNKNOWN);
    Place TALK_OF_CLIENT = Place.conversation("v1/client");

    private Session renewed(SessionId old) {
        return renewed(old, ALICE);
    }

    private Session renewed(SessionId old, Principal caller) {
        return made(store().anchor(Place.formerly(old.value()), Optional.empty(), Optional.of(ids().mint(caller)), caller,
                RENEWAL));
    }

    private void setLevel(SessionId id, String level) {
        StoreFixture.live(store().update(id, it -> it.with(Session.LOG_LEVEL, level)));
    }

    private static void assertKnown(Session session, Map<String, String> attributes) {
        assertThat(session.client(), is(OPENING.client()));
        assertThat(session.protocolVersion(), is(OPENING.protocolVersion()));
        assertThat(besidesWhatItContinues(session), is(attributes));
    }

    private static Map<String, String> besidesWhatItContinues(Session session) {
        Map<String, String> others = new HashMap<>(session.attributes());
        assertThat(others.remove(Session.CONTINUES).length(), is(12));
        return others;
    }

    private static void assertUnknown(Session session) {
        assertThat(session.client(), is(ClientInfo.UNKNOWN));
        assertThat(session.protocolVersion(), is(RENEWAL.protocolVersion()));
        assertThat(session.attributes(), is(Map.of()));
    }

    @Test
    default void aSessionInPlaceOfAnExpiredOneKnowsItsClientAndNothingElse() {
        SessionId old = opened(ALICE);
        setLevel(old, "error");
        clock().advance(IDLE);

        Session session = renewed(old);

        assertKnown(session, Map.of(Session.LOG_LEVEL, "error"));
        assertThat(store().find(session.id()), is(new Lookup.Live(session)));
    }

    @Test
    default void aSessionThatIsRenewedAgainUnderTheFirstIdKnowsWhatTheLastOneKnew() {
        SessionId first = opened(ALICE);
        for (String level : new String[] {"error", "debug", "warning"}) {
            clock().advance(IDLE);
            Session session = renewed(first);
            setLevel(session.id(), level);
            clock().advance(IDLE);

            Session next = renewed(first);

            assertKnown(next, Map.of(Session.LOG_LEVEL, level));
        }
    }

    @Test
    default void aRevivedSessionKnowsItsClientAndNothingElse() {
        SessionId id = opened(ALICE);
        setLevel(id, "error");
        for (int i = 0; i < 3; i++) {
            clock().advance(IDLE);

            Session session = made(store().revive(id, ALICE, RENEWAL));

            assertKnown(session, Map.of(Session.LOG_LEVEL, "error"));
            assertThat(store().find(id), is(new Lookup.Live(session)));
        }
    }

    @Test
    default void aSessionInPlaceOfOneThatMadeRoomKnowsItsClient() {
        SessionId evicted = opened(ALICE);
        clock().advance(SECOND);
        SessionStore small = storeWithin(new SessionLimits(IDLE, LIFETIME, 1, SessionLimits.WhenFull.EVICT_OLDEST, 100));
        small.create(ids().mint(ALICE), ALICE, OPENING);
        assertThat(store().find(evicted), is(Lookup.Absent.INSTANCE));

        assertKnown(renewed(evicted), Map.of());
        assertKnown(made(small.revive(evicted, ALICE, RENEWAL)), Map.of());
    }

    @Test
    default void aConversationKnowsTheClientOfTheSessionItHadLast() {
        SessionId first = opened(ALICE);
        store().anchor(TALK_OF_CLIENT, Optional.of(first), Optional.empty(), ALICE, RENEWAL);
        for (int i = 0; i < 3; i++) {
            clock().advance(IDLE);

            assertKnown(made(store().anchor(TALK_OF_CLIENT, Optional.empty(), Optional.of(ids().mint(ALICE)), ALICE,
                    RENEWAL)), Map.of());
        }
    }

    @Test
    default void aConversationKnowsTheClientThatComesToItWithAnExpiredSession() {
        SessionId old = opened(ALICE);
        clock().advance(IDLE);

        assertKnown(made(store().anchor(TALK_OF_CLIENT, Optional.of(old), Optional.of(ids().mint(ALICE)), ALICE, RENEWAL)),
                Map.of());
    }

    @Test
    default void somebodyElseLearnsNothingByTheIdOfAnExpiredSession() {
        SessionId hers = opened(ALICE);
        clock().advance(IDLE);

        Session his = renewed(hers, BOB);
        assertUnknown(his);
        clock().advance(IDLE);
        assertUnknown(renewed(hers, BOB));

        assertKnown(renewed(hers), Map.of());
    }

    @Test
    default void somebodyElseLearnsNothingByTheNameOfAConversation() {
        SessionId hers = opened(ALICE);
        store().anchor(TALK_OF_CLIENT, Optional.of(hers), Optional.empty(), ALICE, RENEWAL);
        clock().advance(IDLE);

        assertUnknown(made(store().anchor(TALK_OF_CLIENT, Optional.empty(), Optional.of(ids().mint(BOB)), BOB, RENEWAL)));
    }

    @Test
    default void nothingIsKnownOfTheClientOfASessionThatWasEndedOnPurpose() {
        SessionId old = opened(ALICE);
        clock().advance(IDLE);
        SessionId session = renewed(old).id();
        store().end(session, Ending.DELETED);
        clock().advance(IDLE);

        assertNothingGoesOn(old);
    }

    @Test
    default void nothingIsKnownOfTheClientOfASessionThatWasEndedOnPurposeWhenItHadExpired() {
        SessionId old = opened(ALICE);
        clock().advance(IDLE);
        SessionId session = renewed(old).id();
        clock().advance(IDLE);
        store().end(session, REVOKED);

        clock().advance(IDLE);
        assertNothingGoesOn(old);
    }

    /** The id may still stand for the session that was ended; when it no longer does, its own may be renewed. */
    private void assertNothingGoesOn(SessionId old) {
        Placement placement = store().anchor(Place.formerly(old.value()), Optional.empty(), Optional.of(ids().mint(ALICE)),
                ALICE, RENEWAL);
        if (!(placement instanceof Placement.Ended)) {
            assertUnknown(made(placement));
        }
    }

    @Test
    default void aConversationWhoseSessionWasEndedOnPurposeBeginsAnew() {
        SessionId first = opened(ALICE);
        store().anchor(TALK_OF_CLIENT, Optional.of(first), Optional.empty(), ALICE, RENEWAL);
        store().end(first, Ending.DELETED);

        assertUnknown(made(store().anchor(TALK_OF_CLIENT, Optional.empty(), Optional.of(ids().mint(ALICE)), ALICE, RENEWAL)));
    }

    @Test
    default void whenAllOfAUserIsEndedNothingIsKnownOfClientsWhoseSessionsHadExpired() {
        SessionId expired = opened(ALICE);
        SessionId his = opened(BOB);
        clock().advance(IDLE);

        store().endAll(ALICE, Optional.empty(), REVOKED);

        assertUnknown(renewed(expired));
        assertKnown(renewed(his, BOB), Map.of());
    }

    @Test
    default void whenAllOfAUserButOneIsEndedThatOneKeepsItsClient() {
        SessionId other = opened(ALICE);
        clock().advance(IDLE);
        SessionId kept = opened(ALICE);

        store().endAll(ALICE, Optional.of(kept), REVOKED);
        clock().advance(IDLE);

        assertUnknown(renewed(other));
        assertKnown(renewed(kept), Map.of());
    }

    @Test
    default void aClientThatUsedItsSessionToTheEndOfItsLifetimeIsStillKnown() {
        SessionId old = opened(ALICE);
        while (store().touch(old) instanceof Lookup.Live) {
            clock().advance(IDLE.minus(SECOND));
        }

        assertKnown(renewed(old), Map.of());
    }

    @Test
    default void aClientIsForgottenAnHourAfterItsSessionWouldHaveEndedAtTheLatest() {
        SessionId old = opened(ALICE);
        SessionId same = opened(BOB);
        clock().advance(LIFETIME.plusMinutes(29));
        assertKnown(renewed(old), Map.of());

        clock().advance(SECOND.multipliedBy(32 * 60));
        assertUnknown(renewed(same, BOB));
    }

    @Test
    default void whatAnOpeningSaysItselfOfTheClientCounts() {
        SessionId old = opened(ALICE);
        setLevel(old, "error");
        clock().advance(IDLE);
        Opening other = new Opening("2025-06-18", new ClientInfo("other", "2", "{}"));

        Session session = made(store().anchor(Place.formerly(old.value()), Optional.empty(), Optional.of(ids().mint(ALICE)),
                ALICE, other));

        assertThat(session.client(), is(other.client()));
        assertThat(session.protocolVersion(), is("2025-06-18"));
        assertThat(session.attributes(), is(Map.of()));
    }
}
