package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.Situation;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SessionsTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Principal BOB = new Principal("https://issuer.example", "bob");
    private static final Opening OPENING = new Opening("2025-11-25", new ClientInfo("inspector", "1", "{}"));
    private static final Opening RENEWAL = new Opening("2025-06-18", ClientInfo.UNKNOWN);
    private static final Ending REVOKED = Ending.revoked("stolen");

    private final MutableClock clock = MutableClock.atPresent();
    private final List<SigningKey> keys = List.of(new SigningKey("a key of 16 bytes or more".getBytes(US_ASCII)));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final SessionStore store = new MemorySessionStore(LIMITS, clock);
    private final Observer observer = new Observer();
    private final Sessions sessions =
            sessions(store, SessionPolicy.COMPAT, new SessionObservers(observer, new Observer()));

    private Sessions sessions(SessionStore on, SessionPolicy policy, SessionObserver hearing) {
        return new Sessions(on, ids, policy, new SessionCeiling(Long.MAX_VALUE), hearing);
    }

    private Resumption resume(Principal caller, String presented) {
        return sessions.resume(new Arrival(caller, Optional.of(presented)), RENEWAL);
    }

    private Resumption acknowledge(Principal caller, String presented) {
        return sessions.acknowledge(new Arrival(caller, Optional.of(presented)));
    }

    private static Session served(Resumption resumption) {
        assertThat(resumption, instanceOf(Resumption.Served.class));
        return ((Resumption.Served) resumption).session();
    }

    @Test
    void anOpenedSessionBelongsToItsOwnerAndIsAnnounced() {
        Session session = sessions.open(ALICE, OPENING);

        assertThat(store.find(session.id()), is(new Lookup.Live(session)));
        assertThat(ids.proves(session.id(), ALICE), is(true));
        assertThat(observer.heard, contains(new Opened(session)));
    }

    @Test
    void aLiveSessionGoesOnAndItsIdleTimerRestarts() {
        Session session = sessions.open(ALICE, OPENING);
        clock.advance(Duration.ofMinutes(9));

        Resumption resumption = resume(ALICE, session.id().value());

        Session expected = session.expiring(clock.instant().plus(LIMITS.idleTtl()));
        assertThat(resumption, is(new Resumption.Served(expected)));
        assertThat(observer.heard, hasItem(new Touched()));
    }

    @Test
    void aCallWithoutAnIdGetsANewSession() {
        Session session = served(sessions.resume(new Arrival(ALICE, Optional.empty()), RENEWAL));

        assertThat(session.owner(), is(ALICE));
        assertThat(session.protocolVersion(), is("2025-06-18"));
        assertThat(store.find(session.id()), is(new Lookup.Live(session)));
        assertThat(observer.heard, contains(new Renewed(session, Situation.MISSING)));
    }

    @Test
    void aCallWithAMalformedIdGetsANewSession() {
        Session session = served(resume(ALICE, "../../etc/passwd"));

        assertThat(observer.heard, contains(new Renewed(session, Situation.UNKNOWN)));
    }

    @Test
    void aCallWithAnIdThatIsUnknownGetsANewSession() {
        SessionId unknown = ids.mint(ALICE);

        Session session = served(resume(ALICE, unknown.value()));

        assertThat(session.id(), is(not(unknown)));
        assertThat(observer.heard, contains(new Renewed(session, Situation.EXPIRED)));
    }

    @Test
    void aCallWithAnIdThatHasExpiredGetsANewSession() {
        SessionId expired = sessions.open(ALICE, OPENING).id();
        clock.advance(LIMITS.idleTtl());

        Session session = served(resume(ALICE, expired.value()));

        assertThat(session.id(), is(not(expired)));
        assertThat(store.find(expired), is(Lookup.Absent.INSTANCE));
        assertThat(observer.heard, hasItem(new Renewed(session, Situation.EXPIRED)));
    }

    @Test
    void aCallWithSomebodyElsesIdGetsANewSessionAndLeavesThatOneAlone() {
        Session hers = sessions.open(ALICE, OPENING);
        clock.advance(Duration.ofMinutes(1));

        Session his = served(resume(BOB, hers.id().value()));

        assertThat(his.owner(), is(BOB));
        assertThat(his.id(), is(not(hers.id())));
        assertThat(store.find(hers.id()), is(new Lookup.Live(hers)));
        assertThat(observer.heard, hasItem(new Renewed(his, Situation.FOREIGN)));
    }

    @Test
    void theObserverIsToldWhoseIdWasPresentedBySomebodyElse() {
        SessionId hers = sessions.open(ALICE, OPENING).id();

        resume(BOB, hers.value());

        eventually(() -> observer.heard, hasItem(new Mismatched(BOB, hers, Optional.of(ALICE))));
    }

    @Test
    void theObserverIsToldOfAForgedIdThatIsNobodys() {
        String genuine = ids.mint(ALICE).value();
        String forged = genuine.substring(0, genuine.length() - 4) + "AAAA";

        served(resume(ALICE, forged));

        eventually(() -> observer.heard, hasItem(new Mismatched(ALICE, new SessionId(forged), Optional.empty())));
    }

    @Test
    void theObserverIsToldOfAMismatchEvenIfTheStoreCannotSayWhose() {
        var broken = sessions(new UnavailableStore(), SessionPolicy.COMPAT, observer);
        SessionId hers = ids.mint(ALICE);

        assertThat(broken.endOwn(BOB, hers.value()), is(false));

        eventually(() -> observer.heard, hasItem(new Mismatched(BOB, hers, Optional.empty())));
    }

    @Test
    void aStoredSessionOfSomebodyElseIsNotResumedEvenIfTheIdProvesTheCaller() {
        SessionId id = ids.mint(BOB);
        store.create(id, ALICE, OPENING);

        Session his = served(resume(BOB, id.value()));

        assertThat(his.id(), is(not(id)));
        assertThat(observer.heard, hasItem(new Mismatched(BOB, id, Optional.of(ALICE))));
    }

    @Test
    void aMessageThatWantsNoAnswerRestartsTheIdleTimer() {
        Session session = sessions.open(ALICE, OPENING);
        clock.advance(Duration.ofMinutes(9));

        Resumption resumption = acknowledge(ALICE, session.id().value());

        Session extended = session.expiring(clock.instant().plus(LIMITS.idleTtl()));
        assertThat(resumption, is(new Resumption.Served(extended)));
        assertThat(store.find(session.id()), is(new Lookup.Live(extended)));
    }

    @Test
    void aMessageThatWantsNoAnswerNeverOpensASession() {
        SessionId hers = sessions.open(ALICE, OPENING).id();

        assertThat(sessions.acknowledge(new Arrival(BOB, Optional.empty())), is(new Resumption.Sessionless()));
        for (String notHis : List.of("nonsense", ids.mint(BOB).value(), hers.value())) {
            assertThat(acknowledge(BOB, notHis), is(new Resumption.Sessionless()));
        }

        assertThat(store.count(), is(1L));
        eventually(() -> observer.heard, hasItem(new Mismatched(BOB, hers, Optional.of(ALICE))));
    }

    @Test
    void aMessageForAnEndedSessionIsRefused() {
        SessionId id = sessions.open(ALICE, OPENING).id();
        sessions.end(id, REVOKED);

        assertThat(acknowledge(ALICE, id.value()), is(new Resumption.NotFound()));
    }

    @Test
    void anAttributeIsSetOnALiveSessionOnly() {
        Session session = sessions.open(ALICE, OPENING);

        assertThat(sessions.change(session.id(), it -> it.with("log-level", "debug")).isPresent(), is(true));

        assertThat(sessions.find(session.id()), is(new Lookup.Live(session.with("log-level", "debug"))));
        sessions.end(session.id(), REVOKED);
        assertThat(sessions.change(session.id(), it -> it.with("log-level", "info")).isPresent(), is(false));
    }

    @Test
    void anEndedSessionIsGoneForItsOwner() {
        SessionId id = sessions.open(ALICE, OPENING).id();
        sessions.end(id, REVOKED);

        assertThat(resume(ALICE, id.value()), is(new Resumption.NotFound()));
        assertThat(store.count(), is(0L));
    }

    @Test
    void anEndedSessionOfSomebodyElseLooksLikeAnyForeignOne() {
        SessionId hers = sessions.open(ALICE, OPENING).id();
        sessions.end(hers, REVOKED);

        assertThat(served(resume(BOB, hers.value())).owner(), is(BOB));
    }

    @Test
    void anIdMintedUnderAKeyThatIsNoLongerInForceIsRenewed() {
        var otherKeys = List.of(new SigningKey("another key of 16 bytes".getBytes(US_ASCII)));
        SessionId id = new SessionIds(() -> otherKeys, new SecureRandom(), clock).mint(ALICE);
        store.create(id, ALICE, OPENING);

        Session session = served(resume(ALICE, id.value()));

        assertThat(session.id(), is(not(id)));
    }

    @Test
    void aStoreWithoutAnAnswerIsNotReadAsAbsence() {
        var broken = sessions(new UnavailableStore(), SessionPolicy.COMPAT, observer);
        String id = ids.mint(ALICE).value();

        assertThrows(StoreUnavailableException.class,
                () -> broken.resume(new Arrival(ALICE, Optional.of(id)), RENEWAL));
        assertThrows(StoreUnavailableException.class, () -> broken.open(ALICE, OPENING));
        assertThat(observer.heard, is(empty()));
    }

    @Test
    void aUserEndsOnesOwnSession() {
        SessionId id = sessions.open(ALICE, OPENING).id();

        boolean ended = sessions.endOwn(ALICE, id.value());

        assertThat(ended, is(true));
        assertThat(store.find(id), is(new Lookup.Ended(Ending.DELETED)));
        assertThat(observer.heard, hasItem(new Ended(ALICE, 1, Ending.DELETED)));
    }

    @Test
    void aSessionIsEndedByItsOwnerOnlyOnce() {
        SessionId id = sessions.open(ALICE, OPENING).id();
        sessions.endOwn(ALICE, id.value());

        assertThat(sessions.endOwn(ALICE, id.value()), is(false));
        assertThat(observer.heard.stream().filter(Ended.class::isInstance).toList(), hasSize(1));
    }

    @Test
    void nobodyEndsTheSessionOfSomebodyElse() {
        Session hers = sessions.open(ALICE, OPENING);

        boolean ended = sessions.endOwn(BOB, hers.id().value());

        assertThat(ended, is(false));
        assertThat(store.find(hers.id()), is(new Lookup.Live(hers)));
        eventually(() -> observer.heard, hasItem(new Mismatched(BOB, hers.id(), Optional.of(ALICE))));
    }

    @Test
    void aMalformedOrUnknownIdEndsNothing() {
        assertThat(sessions.endOwn(ALICE, "nonsense"), is(false));
        assertThat(sessions.endOwn(ALICE, ids.mint(ALICE).value()), is(false));
        assertThat(observer.heard, is(empty()));
    }

    @Test
    void aServiceEndsASessionForAReason() {
        Session session = sessions.open(ALICE, OPENING);

        Lookup before = sessions.end(session.id(), REVOKED);

        assertThat(before, is(new Lookup.Live(session)));
        assertThat(sessions.find(session.id()), is(new Lookup.Ended(REVOKED)));
        assertThat(observer.heard, hasItem(new Ended(ALICE, 1, REVOKED)));
    }

    @Test
    void endingWhatIsNotAliveIsNotAnnounced() {
        sessions.end(ids.mint(ALICE), REVOKED);
        sessions.endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(observer.heard, is(empty()));
    }

    @Test
    void allSessionsOfAUserButOneAreEnded() {
        sessions.open(ALICE, OPENING);
        sessions.open(ALICE, OPENING);
        Session kept = sessions.open(ALICE, OPENING);

        int count = sessions.endAll(ALICE, Optional.of(kept.id()), REVOKED);

        assertThat(count, is(2));
        assertThat(observer.heard, hasItem(new Ended(ALICE, 2, REVOKED)));
        assertThat(sessions.list(ALICE, Optional.empty(), 10), is(new SessionPage(List.of(kept), false)));
        assertThat(sessions.count(), is(1L));
    }

    @Test
    void aValidationNeitherExtendsNorShowsTheSessionOfSomebodyElse() {
        Session session = sessions.open(ALICE, OPENING);
        clock.advance(Duration.ofMinutes(1));

        assertThat(sessions.validate(session.id(), ALICE), is(new Lookup.Live(session)));
        assertThat(sessions.validate(session.id(), BOB), is(new Lookup.OtherOwner(ALICE)));
        assertThat(sessions.find(session.id()), is(new Lookup.Live(session)));
        assertThat(sessions.validate(ids.mint(ALICE), ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void aServiceRestartsTheIdleTimerOfALiveSessionOnly() {
        SessionId id = sessions.open(ALICE, OPENING).id();

        assertThat(sessions.touch(id), instanceOf(Lookup.Live.class));
        clock.advance(LIMITS.idleTtl());
        assertThat(sessions.touch(id), is(Lookup.Absent.INSTANCE));

        assertThat(observer.heard.stream().filter(Touched.class::isInstance).toList(), hasSize(1));
    }

    private record Opened(Session session) {
    }

    private record Renewed(Session session, Situation why) {
    }

    private record Mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
    }

    private record Touched() {
    }

    private record Ended(Principal owner, int count, Ending ending) {
    }

    private static final class Observer implements SessionObserver {

        private final List<Object> heard = new CopyOnWriteArrayList<>();

        @Override
        public void opened(Session session) {
            heard.add(new Opened(session));
        }

        @Override
        public void renewed(Session session, Situation why) {
            heard.add(new Renewed(session, why));
        }

        @Override
        public void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
            heard.add(new Mismatched(caller, presented, owner));
        }

        @Override
        public void touched() {
            heard.add(new Touched());
        }

        @Override
        public void ended(Principal owner, int count, Ending ending) {
            heard.add(new Ended(owner, count, ending));
        }
    }
}
