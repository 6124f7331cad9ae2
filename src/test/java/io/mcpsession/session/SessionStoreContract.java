package io.mcpsession.session;

import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Comparator.comparing;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** What {@link SessionStore} promises. Whatever passes is a store. */
public abstract class SessionStoreContract {

    protected static final Duration IDLE = Duration.ofMinutes(10);
    protected static final Duration LIFETIME = Duration.ofHours(24);
    protected static final SessionLimits LIMITS = new SessionLimits(IDLE, LIFETIME);
    protected static final Principal ALICE = new Principal("https://issuer.example", "alice");
    protected static final Principal BOB = new Principal("https://issuer.example", "bob");
    protected static final Opening OPENING = new Opening("2025-11-25",
            new ClientInfo("inspector \"é😀\"", "1.2.3", "{\"roots\":{\"listChanged\":true},\"sampling\":{}}"),
            Map.of("logLevel", "debug", "note", "a \"quoted\" ü"));
    protected static final Ending REVOKED = Ending.revoked("laptop: stolen");

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MOMENT = Duration.ofMillis(1);

    protected final MutableClock clock = MutableClock.atPresent();
    private final List<SigningKey> keys = List.of(new SigningKey("a key of 16 bytes or more".getBytes(US_ASCII)));
    protected final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);

    /** The store under test: empty, within {@link #LIMITS}, and judging expiry by {@link #clock}. */
    protected abstract SessionStore store();

    protected final Session created(Principal owner) {
        return created(ids.mint(owner), owner, OPENING);
    }

    protected final Session created(SessionId id, Principal owner, Opening opening) {
        Placement placement = store().create(id, owner, opening);
        assertThat(placement, instanceOf(Placement.Made.class));
        return ((Placement.Made) placement).session();
    }

    protected final SessionId opened(Principal owner) {
        return created(owner).id();
    }

    protected final Instant in(Duration time) {
        return clock.instant().plus(time);
    }

    private static Session live(Lookup lookup) {
        assertThat(lookup, instanceOf(Lookup.Live.class));
        return ((Lookup.Live) lookup).session();
    }

    private List<SessionId> listed(Principal owner) {
        return idsOf(store().list(owner, Optional.empty(), 100_000).sessions());
    }

    private static List<SessionId> idsOf(List<Session> sessions) {
        return sessions.stream().map(Session::id).toList();
    }

    // create

    @Test
    void aNewSessionIsFoundAsItWasOpened() {
        SessionId id = ids.mint(ALICE);

        Session created = created(id, ALICE, OPENING);

        assertThat(created, is(Session.opened(id, ALICE, in(IDLE), OPENING)));
        assertThat(store().find(id), is(new Lookup.Live(created)));
    }

    @Test
    void aSessionOfAClientThatSaidNothingIsFoundAsItWasOpened() {
        var opening = new Opening("2025-06-18", ClientInfo.UNKNOWN);

        Session created = created(ids.mint(ALICE), ALICE, opening);

        assertThat(store().find(created.id()), is(new Lookup.Live(created)));
        assertThat(created.client(), is(ClientInfo.UNKNOWN));
    }

    @Test
    void aNewSessionIsGrantedNoMoreThanTheRestOfItsAbsoluteLifetime() {
        SessionId id = ids.mint(ALICE);
        clock.advance(LIFETIME.minusSeconds(5));

        Session created = created(id, ALICE, OPENING);

        assertThat(created.expires(), is(in(Duration.ofSeconds(5))));
    }

    @Test
    void creatingTheSameSessionAgainLeavesOneSession() {
        SessionId id = opened(ALICE);

        Session repeated = created(id, ALICE, OPENING);

        assertThat(store().find(id), is(new Lookup.Live(repeated)));
        assertThat(store().count(), is(1L));
        assertThat(listed(ALICE), is(List.of(id)));
    }

    @Test
    void anEndedIdIsNotCreatedAgain() {
        SessionId id = opened(ALICE);
        store().end(id, REVOKED);

        Placement refused = store().create(id, ALICE, OPENING);

        assertThat(refused, is(new Placement.Ended(REVOKED)));
        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
        assertThat(listed(ALICE), is(empty()));
        assertThat(store().count(), is(0L));
    }

    @Test
    void anIdEndedWithAllOthersIsNotCreatedAgain() {
        SessionId id = opened(ALICE);
        store().endAll(ALICE, Optional.empty(), REVOKED);

        store().create(id, ALICE, OPENING);

        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    // resume

    @Test
    void aResumedSessionRestartsItsIdleTimer() {
        SessionId id = opened(ALICE);
        clock.advance(IDLE.minus(SECOND));

        Session resumed = live(store().resume(id, ALICE));

        assertThat(resumed.expires(), is(in(IDLE)));
        clock.advance(IDLE.minus(MOMENT));
        assertThat(store().resume(id, ALICE), instanceOf(Lookup.Live.class));
    }

    @Test
    void aSessionIsDeadFromTheMomentItExpires() {
        SessionId id = opened(ALICE);

        clock.advance(IDLE.minus(MOMENT));
        assertThat(store().find(id), instanceOf(Lookup.Live.class));
        clock.advance(MOMENT);

        assertThat(store().find(id), is(Lookup.Absent.INSTANCE));
        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void aSessionResumedManyTimesASecondLivesAsLongAsOneResumedOnce() {
        SessionId id = opened(ALICE);

        for (int i = 0; i < 30; i++) {
            clock.advance(Duration.ofMillis(100));
            store().resume(id, ALICE);
        }

        clock.advance(IDLE.minus(SECOND));
        assertThat(store().find(id), instanceOf(Lookup.Live.class));
    }

    @Test
    void noSessionOutlivesItsAbsoluteLifetimeHoweverOftenItIsResumed() {
        SessionId id = opened(ALICE);
        Instant deadline = LIMITS.deadline(id);

        while (clock.instant().plus(IDLE).isBefore(deadline)) {
            clock.advance(IDLE.minus(SECOND));
            assertThat(live(store().resume(id, ALICE)).expires(), is(lessThanOrEqualTo(deadline)));
        }
        clock.advance(Duration.between(clock.instant(), deadline).minus(MOMENT));
        assertThat(live(store().touch(id)).expires(), is(deadline));
        clock.advance(MOMENT);

        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void aSessionIsNotResumedForSomebodyElseAndNotExtendedByTheAttempt() {
        Session session = created(ALICE);
        clock.advance(Duration.ofMinutes(1));

        Lookup lookup = store().resume(session.id(), BOB);

        assertThat(lookup, is(new Lookup.OtherOwner(ALICE)));
        assertThat(store().find(session.id()), is(new Lookup.Live(session)));
    }

    @Test
    void theSameSubjectOfAnotherIssuerIsSomebodyElse() {
        SessionId id = opened(ALICE);

        Lookup lookup = store().resume(id, Principal.ofSubject(ALICE.subject()));

        assertThat(lookup, is(new Lookup.OtherOwner(ALICE)));
    }

    @Test
    void anExpiredSessionOfSomebodyElseIsAbsent() {
        SessionId id = opened(ALICE);
        clock.advance(IDLE);

        assertThat(store().resume(id, BOB), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void anIdThatWasNeverOpenedIsAbsent() {
        SessionId id = ids.mint(ALICE);

        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(Lookup.Absent.INSTANCE));
        assertThat(store().touch(id), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void anExpiredSessionIsNotRevivedByResumingIt() {
        SessionId id = opened(ALICE);
        clock.advance(IDLE);

        store().resume(id, ALICE);

        assertThat(store().resume(id, ALICE), is(Lookup.Absent.INSTANCE));
        assertThat(store().count(), is(0L));
    }

    // find

    @Test
    void findingASessionNeverExtendsIt() {
        Session session = created(ALICE);
        clock.advance(IDLE.minus(MOMENT));

        Lookup found = store().find(session.id());

        assertThat(found, is(new Lookup.Live(session)));
        clock.advance(MOMENT);
        assertThat(store().find(session.id()), is(Lookup.Absent.INSTANCE));
    }

    // touch

    @Test
    void aTouchRestartsTheIdleTimer() {
        SessionId id = opened(ALICE);
        clock.advance(IDLE.minus(SECOND));

        Session touched = live(store().touch(id));

        assertThat(touched.expires(), is(in(IDLE)));
        assertThat(store().find(id), is(new Lookup.Live(touched)));
    }

    @Test
    void aTouchOfADeadSessionLeavesItDead() {
        SessionId id = opened(ALICE);
        clock.advance(IDLE);

        Lookup touched = store().touch(id);

        assertThat(touched, is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(Lookup.Absent.INSTANCE));
        assertThat(store().count(), is(0L));
    }

    @Test
    void aTouchOfAnEndedSessionLeavesItEnded() {
        SessionId id = opened(ALICE);
        store().end(id, REVOKED);

        Lookup touched = store().touch(id);

        assertThat(touched, is(new Lookup.Ended(REVOKED)));
        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    // end

    @Test
    void endingALiveSessionAnswersWhatItWas() {
        Session session = created(ALICE);

        Lookup before = store().end(session.id(), Ending.DELETED);

        assertThat(before, is(new Lookup.Live(session)));
    }

    @Test
    void anEndedSessionIsEndedForEveryVerb() {
        SessionId id = opened(ALICE);

        store().end(id, REVOKED);

        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
        assertThat(store().touch(id), is(new Lookup.Ended(REVOKED)));
        assertThat(store().resume(id, ALICE), is(new Lookup.Ended(REVOKED)));
        assertThat(store().resume(id, BOB), is(new Lookup.Ended(REVOKED)));
        assertThat(listed(ALICE), is(empty()));
        assertThat(store().count(), is(0L));
    }

    @Test
    void anIdThatWasNeverOpenedLeavesATombstoneWhenItIsEnded() {
        SessionId id = ids.mint(ALICE);

        Lookup before = store().end(id, Ending.DELETED);

        assertThat(before, is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(new Lookup.Ended(Ending.DELETED)));
    }

    @Test
    void anExpiredSessionLeavesATombstoneWhenItIsEnded() {
        SessionId id = opened(ALICE);
        clock.advance(IDLE);

        Lookup before = store().end(id, REVOKED);

        assertThat(before, is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    void aSessionEndsOnceAndKeepsItsFirstEnding() {
        SessionId id = opened(ALICE);
        store().end(id, Ending.DELETED);

        Lookup before = store().end(id, REVOKED);

        assertThat(before, is(new Lookup.Ended(Ending.DELETED)));
        assertThat(store().find(id), is(new Lookup.Ended(Ending.DELETED)));
    }

    @Test
    void aTombstoneLastsForAsLongAsTheIdCouldHaveLived() {
        SessionId id = opened(ALICE);
        store().end(id, REVOKED);

        clock.advance(LIFETIME.minus(SECOND));

        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "revoked:", "deleted", "a \"reason\" in Zürich 😀\n"})
    void theReasonOfARevocationIsKeptToTheLetter(String reason) {
        SessionId id = opened(ALICE);

        store().end(id, Ending.revoked(reason));

        assertThat(store().find(id), is(new Lookup.Ended(Ending.revoked(reason))));
    }

    @Test
    void theLongestReasonIsKept() {
        SessionId id = opened(ALICE);
        var longest = Ending.revoked("é".repeat(Ending.MAX_REASON));

        store().end(id, longest);

        assertThat(store().find(id), is(new Lookup.Ended(longest)));
    }

    @Test
    void endingOneSessionLeavesTheOthersAlone() {
        SessionId ended = opened(ALICE);
        Session other = created(ALICE);

        store().end(ended, REVOKED);

        assertThat(store().find(other.id()), is(new Lookup.Live(other)));
        assertThat(listed(ALICE), is(List.of(other.id())));
    }

    // endAll

    @Test
    void endingAllSessionsOfAUserEndsEachAndNobodyElses() {
        List<SessionId> hers = Stream.generate(() -> opened(ALICE)).limit(3).toList();
        SessionId his = opened(BOB);

        int count = store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(count, is(3));
        hers.forEach(id -> assertThat(store().find(id), is(new Lookup.Ended(REVOKED))));
        assertThat(store().find(his), instanceOf(Lookup.Live.class));
        assertThat(listed(ALICE), is(empty()));
    }

    @Test
    void endingAllSessionsButOneLeavesThatOneAsItWas() {
        opened(ALICE);
        Session kept = created(ALICE);
        opened(ALICE);
        clock.advance(SECOND);

        int count = store().endAll(ALICE, Optional.of(kept.id()), REVOKED);

        assertThat(count, is(2));
        assertThat(store().find(kept.id()), is(new Lookup.Live(kept)));
        assertThat(listed(ALICE), is(List.of(kept.id())));
    }

    @Test
    void keepingASessionOfSomebodyElseKeepsNone() {
        opened(ALICE);
        SessionId his = opened(BOB);

        int count = store().endAll(ALICE, Optional.of(his), REVOKED);

        assertThat(count, is(1));
        assertThat(listed(ALICE), is(empty()));
    }

    @Test
    void onlySessionsThatWereAliveAreCountedAsEnded() {
        SessionId expired = opened(ALICE);
        clock.advance(IDLE);
        store().end(opened(ALICE), Ending.DELETED);
        opened(ALICE);

        int count = store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(count, is(1));
        assertThat(store().find(expired), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void aSessionThatHadEndedKeepsItsEndingWhenAllAreEnded() {
        SessionId id = opened(ALICE);
        store().end(id, Ending.DELETED);

        store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(store().find(id), is(new Lookup.Ended(Ending.DELETED)));
    }

    @Test
    void aUserWithoutSessionsHasNoneToEnd() {
        assertThat(store().endAll(ALICE, Optional.empty(), REVOKED), is(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 2001})
    void howeverManySessionsAUserHasAllAreEnded(int many) {
        List<SessionId> all = Stream.generate(() -> opened(ALICE)).limit(many).toList();
        SessionId kept = all.getFirst();

        int ended = store().endAll(ALICE, Optional.of(kept), REVOKED);

        assertThat(ended, is(many - 1));
        assertThat(store().count(), is(1L));
        assertThat(store().endAll(ALICE, Optional.empty(), REVOKED), is(1));
        assertThat(store().find(all.getLast()), is(new Lookup.Ended(REVOKED)));
        assertThat(store().count(), is(0L));
    }

    // update

    @Test
    void anUpdateChangesTheSessionAndNotItsExpiry() {
        Session session = created(ALICE);
        clock.advance(Duration.ofMinutes(1));

        Lookup updated = store().update(session.id(), it -> it.with("log-level", "debug"));

        assertThat(updated, is(new Lookup.Live(session.with("log-level", "debug"))));
        assertThat(store().find(session.id()), is(updated));
    }

    @Test
    void aDeadSessionIsNotUpdated() {
        SessionId expired = opened(ALICE);
        clock.advance(IDLE);
        SessionId ended = opened(ALICE);
        store().end(ended, REVOKED);

        assertThat(store().update(expired, it -> it.with("a", "b")), is(Lookup.Absent.INSTANCE));
        assertThat(store().update(ended, it -> it.with("a", "b")), is(new Lookup.Ended(REVOKED)));
        assertThat(store().find(expired), is(Lookup.Absent.INSTANCE));
    }

    @Test
    void ofUpdatesMadeAtOnceNoneIsLost() throws InterruptedException {
        SessionId id = opened(ALICE);
        List<Thread> writers = IntStream.range(0, 8)
                .mapToObj(n -> Thread.startVirtualThread(() -> store().update(id, it -> it.with("key-" + n, "x"))))
                .toList();

        for (Thread writer : writers) {
            writer.join();
        }

        Map<String, String> attributes = ((Lookup.Live) store().find(id)).session().attributes();
        assertThat(attributes.keySet().stream().filter(name -> name.startsWith("key-")).count(), is(8L));
    }

    // list

    @Test
    void sessionsAreListedOldestFirst() {
        List<SessionId> opened = Stream.generate(() -> {
            clock.advance(MOMENT);
            return opened(ALICE);
        }).limit(20).toList();

        assertThat(listed(ALICE), is(opened));
    }

    @Test
    void touchingASessionDoesNotChangeItsPlaceInTheList() {
        SessionId first = opened(ALICE);
        clock.advance(Duration.ofMinutes(1));
        SessionId second = opened(ALICE);

        store().touch(first);

        assertThat(listed(ALICE), is(List.of(first, second)));
    }

    @Test
    void listedSessionsAreWholeAndNotExtended() {
        Session session = created(ALICE);
        clock.advance(Duration.ofMinutes(1));

        SessionPage page = store().list(ALICE, Optional.empty(), 10);

        assertThat(page, is(new SessionPage(List.of(session), false)));
        assertThat(store().find(session.id()), is(new Lookup.Live(session)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 11, 12, 13})
    void pagesHoldEachSessionOnceAndTellWhetherMoreFollow(int size) {
        // All in one millisecond: the time alone puts them in no order.
        List<SessionId> opened = Stream.generate(() -> opened(ALICE)).limit(12).toList();

        List<SessionId> read = new ArrayList<>();
        Optional<SessionId> after = Optional.empty();
        SessionPage page;
        do {
            page = store().list(ALICE, after, size);
            assertThat(page.sessions().size(), is(Math.min(size, opened.size() - read.size())));
            read.addAll(idsOf(page.sessions()));
            after = Optional.of(read.getLast());
            assertThat(page.more(), is(read.size() < opened.size()));
        } while (page.more());

        assertThat(read.stream().sorted(comparing(SessionId::value)).toList(),
                is(opened.stream().sorted(comparing(SessionId::value)).toList()));
    }

    @Test
    void aPageGoesOnWhereTheOneBeforeEndedEvenIfThatSessionIsGone() {
        List<SessionId> opened = Stream.generate(() -> {
            clock.advance(MOMENT);
            return opened(ALICE);
        }).limit(4).toList();
        SessionId last = store().list(ALICE, Optional.empty(), 2).sessions().getLast().id();
        store().end(last, REVOKED);

        SessionPage next = store().list(ALICE, Optional.of(last), 2);

        assertThat(idsOf(next.sessions()), is(opened.subList(2, 4)));
        assertThat(next.more(), is(false));
    }

    @Test
    void deadSessionsAreNeitherListedNorAnnouncedAsMore() {
        Stream.generate(() -> opened(ALICE)).limit(10).forEach(_ -> { });
        clock.advance(IDLE.minus(SECOND));
        SessionId alive = opened(ALICE);
        store().end(opened(ALICE), REVOKED);
        clock.advance(SECOND);

        SessionPage page = store().list(ALICE, Optional.empty(), 1);

        assertThat(idsOf(page.sessions()), is(List.of(alive)));
        assertThat(page.more(), is(false));
    }

    @Test
    void sessionsOfSomebodyElseAreNotListed() {
        opened(BOB);

        assertThat(store().list(ALICE, Optional.empty(), 10), is(new SessionPage(List.of(), false)));
    }

    // count

    @Test
    void onlyLiveSessionsAreCountedWhoeverOwnsThem() {
        for (int i = 0; i < 20; i++) {
            opened(Principal.ofSubject("expired " + i));
        }
        clock.advance(IDLE);
        for (int i = 0; i < 30; i++) {
            opened(Principal.ofSubject("user " + i));
        }
        store().end(opened(ALICE), REVOKED);

        assertThat(store().count(), is(30L));
    }

    // races

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noTouchThatRacesAnEndingRevivesTheSession(boolean all) throws InterruptedException {
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
            var start = new CountDownLatch(1);
            List<Thread> racers = verbs.stream().map(verb -> Thread.startVirtualThread(() -> {
                awaitQuietly(start);
                // Moves every touch past the interval in which a store may skip it.
                clock.advance(SECOND);
                verb.run();
            })).toList();
            start.countDown();
            for (Thread racer : racers) {
                racer.join();
            }

            assertThat("round " + round, store().find(id), is(new Lookup.Ended(REVOKED)));
            assertThat("round " + round, listed(ALICE), is(empty()));
            assertThat("round " + round, store().count(), is(0L));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // what trusted services ask

    private static final RequestId REQUEST = new RequestId("a retry", "body");

    @Test
    void aRepeatedRequestAnswersWithTheSessionThatTheFirstOpened() {
        Creation first = store().create(ids.mint(ALICE), ALICE, OPENING, REQUEST);
        clock.advance(SECOND);

        Creation second = store().create(ids.mint(ALICE), ALICE, OPENING, REQUEST);

        assertThat(first, instanceOf(Creation.Made.class));
        Session session = ((Creation.Made) first).session();
        assertThat(second, is(new Creation.Repeated(session.id(), new Lookup.Live(session))));
        assertThat(store().count(), is(1L));
    }

    @Test
    void anotherRequestOfTheSameNameIsNoticedAndOpensNothing() {
        store().create(ids.mint(ALICE), ALICE, OPENING, REQUEST);

        Creation other = store().create(ids.mint(ALICE), ALICE, OPENING, new RequestId("a retry", "other"));

        assertThat(other, is(new Creation.NameTaken()));
        assertThat(store().count(), is(1L));
    }

    @Test
    void aRequestOfTheSameNameIsSomebodyElsesOwn() {
        store().create(ids.mint(ALICE), ALICE, OPENING, REQUEST);

        assertThat(store().create(ids.mint(BOB), BOB, OPENING, REQUEST), instanceOf(Creation.Made.class));
    }

    @Test
    void aRepeatedRequestDoesNotBringBackASessionThatWasEnded() {
        Creation first = store().create(ids.mint(ALICE), ALICE, OPENING, REQUEST);
        SessionId id = ((Creation.Made) first).session().id();
        store().end(id, REVOKED);

        assertThat(store().create(ids.mint(ALICE), ALICE, OPENING, REQUEST),
                is(new Creation.Repeated(id, new Lookup.Ended(REVOKED))));
        assertThat(store().count(), is(0L));
    }

    @Test
    void manyAreLookedUpAsEachWouldBeAlone() {
        Session mine = created(ALICE);
        Session theirs = created(BOB);
        SessionId ended = opened(ALICE);
        store().end(ended, REVOKED);
        clock.advance(SECOND.multipliedBy(10));

        List<Lookup> found = store().lookUp(List.of(
                new Inquiry(ended, Optional.of(ALICE), true),
                new Inquiry(theirs.id(), Optional.of(ALICE), true),
                new Inquiry(mine.id(), Optional.of(ALICE), true),
                new Inquiry(ids.mint(ALICE), Optional.of(ALICE), false),
                new Inquiry(theirs.id(), Optional.empty(), false),
                new Inquiry(mine.id(), Optional.of(ALICE), false)));

        Lookup touched = new Lookup.Live(mine.expiring(in(IDLE)));
        assertThat(found, is(List.of(new Lookup.Ended(REVOKED), new Lookup.OtherOwner(BOB), touched,
                Lookup.Absent.INSTANCE, new Lookup.Live(theirs), touched)));
    }

    @Test
    void theSessionsOfOneUserAreCounted() {
        created(ALICE);
        clock.advance(IDLE);
        created(ALICE);
        created(ALICE);
        created(BOB);

        assertThat(store().count(ALICE), is(2L));
        assertThat(store().count(), is(3L));
    }

    @Test
    void aRevivedSessionIsOfAnotherEpoch() {
        Session before = created(ALICE);
        clock.advance(IDLE);

        Placement revived = store().revive(before.id(), ALICE, OPENING);

        assertThat(((Placement.Made) revived).session(), is(before.expiring(in(IDLE)).inEpoch(clock.millis())));
        assertThat(store().find(before.id()), is(new Lookup.Live(((Placement.Made) revived).session())));
    }
}
