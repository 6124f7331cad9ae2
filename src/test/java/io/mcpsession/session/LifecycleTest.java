package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.OnExpired;
import io.mcpsession.session.SessionPolicy.OnMismatch;
import io.mcpsession.session.SessionPolicy.OnMissing;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Each policy from end to end. */
class LifecycleTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Principal BOB = new Principal("https://issuer.example", "bob");
    private static final Opening OPENING = new Opening("2025-11-25", new ClientInfo("inspector", "1", "{}"));
    private static final Opening RENEWAL = new Opening("2025-06-18", ClientInfo.UNKNOWN);
    private static final Resumption NOT_FOUND = new Resumption.NotFound();

    private final MutableClock clock = MutableClock.atPresent();
    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final MemorySessionStore store = new MemorySessionStore(LIMITS, clock);
    private final SessionCeiling ceiling = new SessionCeiling(1000);
    private Session hers;

    @BeforeEach
    void aliceHasASession() {
        hers = ((Placement.Made) store.create(ids.mint(ALICE), ALICE, OPENING)).session();
    }

    static List<SessionPolicy> presets() {
        return List.of(SessionPolicy.COMPAT, SessionPolicy.STRICT, SessionPolicy.ROBUST);
    }

    private Sessions under(SessionPolicy policy) {
        return new Sessions(store, ids, policy, ceiling, new SessionObserver() { });
    }

    private static Arrival with(Principal caller, SessionId id) {
        return new Arrival(caller, Optional.of(id.value()));
    }

    private static SessionId served(Resumption resumption) {
        assertThat(resumption, instanceOf(Resumption.Served.class));
        return ((Resumption.Served) resumption).session().id();
    }

    private void expire() {
        clock.advance(LIMITS.idleTtl());
    }

    @ParameterizedTest
    @MethodSource("presets")
    void aLiveSessionGoesOnUnderEveryPolicy(SessionPolicy policy) {
        assertThat(served(under(policy).resume(with(ALICE, hers.id()), RENEWAL)), is(hers.id()));
        assertThat(served(under(policy).acknowledge(with(ALICE, hers.id()))), is(hers.id()));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void anEndedSessionIsNotFoundUnderEveryPolicyForAsLongAsItCouldHaveLived(SessionPolicy policy) {
        Sessions sessions = under(policy);
        sessions.end(hers.id(), Ending.revoked("stolen"));

        for (int hour = 0; hour < 23; hour++) {
            assertThat(sessions.resume(with(ALICE, hers.id()), RENEWAL), is(NOT_FOUND));
            assertThat(sessions.acknowledge(with(ALICE, hers.id())), is(NOT_FOUND));
            assertThat(sessions.own(ALICE, hers.id().value()), is(Optional.empty()));
            clock.advance(Duration.ofHours(1));
        }
        assertThat(store.count(), is(0L));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void aDeletedSessionIsNotFoundUnderEveryPolicy(SessionPolicy policy) {
        Sessions sessions = under(policy);

        assertThat(sessions.endOwn(ALICE, hers.id().value()), is(true));

        assertThat(sessions.resume(with(ALICE, hers.id()), RENEWAL), is(NOT_FOUND));
    }

    @Test
    void compatServesEveryCallOfADeadIdInOneRenewedSession() {
        Sessions sessions = under(SessionPolicy.COMPAT);
        expire();

        SessionId renewed = served(sessions.resume(with(ALICE, hers.id()), RENEWAL));

        assertThat(renewed, is(not(hers.id())));
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofMinutes(9));
            assertThat(served(sessions.resume(with(ALICE, hers.id()), RENEWAL)), is(renewed));
        }
        assertThat(served(sessions.resume(with(ALICE, renewed), RENEWAL)), is(renewed));
        assertThat(store.count(), is(1L));
    }

    @Test
    void compatServesEveryCallOfAForeignOrMisshapenIdInOneRenewedSession() {
        Sessions sessions = under(SessionPolicy.COMPAT);

        for (String presented : List.of(hers.id().value(), "made up by the client")) {
            Arrival arrival = new Arrival(BOB, Optional.of(presented));
            SessionId renewed = served(sessions.resume(arrival, RENEWAL));
            for (int i = 0; i < 20; i++) {
                assertThat(served(sessions.resume(arrival, RENEWAL)), is(renewed));
            }
        }

        assertThat(sessions.list(BOB, Optional.empty(), 100).sessions().size(), is(2));
    }

    @Test
    void compatServesACallWithoutAnIdInANewSession() {
        Sessions sessions = under(SessionPolicy.COMPAT);

        SessionId first = served(sessions.resume(new Arrival(ALICE, Optional.empty()), RENEWAL));

        assertThat(served(sessions.resume(new Arrival(ALICE, Optional.empty()), RENEWAL)), is(not(first)));
    }

    @Test
    void aClientThatEndsTheIdItWasGivenEndsTheSessionThatTookItsPlace() {
        Sessions sessions = under(SessionPolicy.COMPAT);
        expire();
        SessionId renewed = served(sessions.resume(with(ALICE, hers.id()), RENEWAL));

        assertThat(sessions.endOwn(ALICE, hers.id().value()), is(true));

        assertThat(store.find(renewed), is(new Lookup.Ended(Ending.DELETED)));
        assertThat(sessions.resume(with(ALICE, hers.id()), RENEWAL), is(NOT_FOUND));
        assertThat(sessions.resume(with(ALICE, renewed), RENEWAL), is(NOT_FOUND));
    }

    @Test
    void strictRefusesWhatIsNoLiveIdOfTheCallers() {
        Sessions sessions = under(SessionPolicy.STRICT);

        assertThat(sessions.resume(with(BOB, hers.id()), RENEWAL), is(NOT_FOUND));
        assertThat(sessions.resume(new Arrival(ALICE, Optional.of("nonsense")), RENEWAL), is(NOT_FOUND));
        assertThat(sessions.resume(with(ALICE, ids.mint(ALICE)), RENEWAL), is(NOT_FOUND));
        assertThat(sessions.resume(new Arrival(ALICE, Optional.empty()), RENEWAL), is(new Resumption.IdRequired()));
        assertThat(sessions.acknowledge(new Arrival(ALICE, Optional.empty())), is(new Resumption.IdRequired()));
        expire();
        assertThat(sessions.resume(with(ALICE, hers.id()), RENEWAL), is(NOT_FOUND));
        assertThat(sessions.acknowledge(with(ALICE, hers.id())), is(NOT_FOUND));
        assertThat(store.count(), is(0L));
    }

    @Test
    void robustGoesOnUnderTheSameId() {
        Sessions sessions = under(SessionPolicy.ROBUST);

        for (int i = 0; i < 5; i++) {
            expire();
            assertThat(served(sessions.resume(with(ALICE, hers.id()), RENEWAL)), is(hers.id()));
        }

        assertThat(store.count(), is(1L));
    }

    @Test
    void robustGoesOnInOneRenewedSessionWhenTheLifetimeOfTheIdIsOver() {
        Sessions sessions = under(SessionPolicy.ROBUST);
        clock.advance(LIMITS.absoluteLifetime());

        SessionId renewed = served(sessions.resume(with(ALICE, hers.id()), RENEWAL));

        assertThat(renewed, is(not(hers.id())));
        assertThat(served(sessions.resume(with(ALICE, hers.id()), RENEWAL)), is(renewed));
        assertThat(store.count(), is(1L));
    }

    @Test
    void robustServesACallWithoutAnIdWithoutASession() {
        Sessions sessions = under(SessionPolicy.ROBUST);

        assertThat(sessions.resume(new Arrival(BOB, Optional.empty()), RENEWAL), is(new Resumption.Sessionless()));

        assertThat(store.count(), is(1L));
    }

    @Test
    void robustNeitherRevivesNorRevealsTheIdOfSomebodyElse() {
        Sessions sessions = under(SessionPolicy.ROBUST);
        expire();

        assertThat(sessions.resume(with(BOB, hers.id()), RENEWAL), is(NOT_FOUND));
        assertThat(sessions.resume(new Arrival(BOB, Optional.of("nonsense")), RENEWAL), is(NOT_FOUND));

        assertThat(store.count(), is(0L));
    }

    @Test
    void aSingleRuleMayDifferFromThePreset() {
        Sessions sessions = under(new SessionPolicy(OnExpired.REVIVE, OnMismatch.NOT_FOUND, OnMissing.REJECT));
        expire();

        assertThat(served(sessions.resume(with(ALICE, hers.id()), RENEWAL)), is(hers.id()));
        assertThat(sessions.resume(with(BOB, hers.id()), RENEWAL), is(NOT_FOUND));
        assertThat(sessions.resume(new Arrival(BOB, Optional.empty()), RENEWAL), is(new Resumption.IdRequired()));
    }

    @Test
    void aFullServerKeepsNewSessionsOutAndNobodyFromThoseThereAre() {
        Sessions sessions = under(SessionPolicy.COMPAT);
        expire();
        SessionId renewed = served(sessions.resume(with(ALICE, hers.id()), RENEWAL));
        ceiling.update(1000);

        assertThat(served(sessions.resume(with(ALICE, renewed), RENEWAL)), is(renewed));
        assertThat(served(sessions.resume(with(ALICE, hers.id()), RENEWAL)), is(renewed));
        for (Arrival needy : List.of(new Arrival(BOB, Optional.empty()), with(BOB, hers.id()))) {
            var refused = assertThrows(SessionLimitException.class, () -> sessions.resume(needy, RENEWAL));
            assertThat(refused.scope(), is(SessionLimitException.Scope.TOTAL));
        }
        assertThrows(SessionLimitException.class, () -> sessions.open(ALICE, OPENING));
        ceiling.update(999);
        assertThat(sessions.open(ALICE, OPENING).owner(), is(ALICE));
    }
}
