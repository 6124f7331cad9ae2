package io.mcpsession.session;

import io.mcpsession.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;

/** What the parts of the contract share. */
interface StoreFixture {

    Duration IDLE = Duration.ofMinutes(10);
    Duration LIFETIME = Duration.ofHours(24);
    SessionLimits LIMITS = new SessionLimits(IDLE, LIFETIME);
    Principal ALICE = new Principal("https://issuer.example", "alice");
    Principal BOB = new Principal("https://issuer.example", "bob");
    Opening OPENING = new Opening("2025-11-25",
            new ClientInfo("inspector \"é😀\"", "1.2.3", "{\"roots\":{\"listChanged\":true},\"sampling\":{}}"),
            Map.of("logLevel", "debug", "note", "a \"quoted\" ü"));
    Ending REVOKED = Ending.revoked("laptop: stolen");
    Duration SECOND = Duration.ofSeconds(1);
    Duration MOMENT = Duration.ofMillis(1);

    /** The store under test: empty, within {@link #LIMITS}, and judging expiry by {@link #clock}. */
    SessionStore store();

    /** A replica of it that keeps to other limits. */
    SessionStore storeWithin(SessionLimits limits);

    /** Stores something that belongs to a session and is no part of its record. */
    void storeSomethingIn(SessionId id);

    MutableClock clock();

    SessionIds ids();

    default Session created(Principal owner) {
        return created(ids().mint(owner), owner, OPENING);
    }

    default Session created(SessionId id, Principal owner, Opening opening) {
        return made(store().create(id, owner, opening));
    }

    default SessionId opened(Principal owner) {
        return created(owner).id();
    }

    /** Sessions opened one after the other. */
    default List<SessionId> opened(Principal owner, int many) {
        return Stream.generate(() -> {
            SessionId id = opened(owner);
            clock().advance(MOMENT);
            return id;
        }).limit(many).toList();
    }

    default Instant in(Duration time) {
        return clock().instant().plus(time);
    }

    default List<SessionId> listed(Principal owner) {
        return idsOf(store().list(owner, Optional.empty(), 100_000).sessions());
    }

    static List<SessionId> idsOf(List<Session> sessions) {
        return sessions.stream().map(Session::id).toList();
    }

    static Session live(Lookup lookup) {
        assertThat(lookup, instanceOf(Lookup.Live.class));
        return ((Lookup.Live) lookup).session();
    }

    static Session made(Placement placement) {
        assertThat(placement, instanceOf(Placement.Made.class));
        return ((Placement.Made) placement).session();
    }

    static Session found(Placement placement) {
        assertThat(placement, instanceOf(Placement.Found.class));
        return ((Placement.Found) placement).session();
    }

    /** Runs all of them at once, and answers what became of each. */
    static <T> List<T> atOnce(List<Callable<T>> tasks) throws InterruptedException, ExecutionException {
        var start = new CountDownLatch(1);
        List<FutureTask<T>> running = tasks.stream().map(task -> new FutureTask<>(() -> {
            start.await();
            return task.call();
        })).toList();
        running.forEach(Thread::startVirtualThread);
        start.countDown();
        List<T> answers = new ArrayList<>();
        for (FutureTask<T> task : running) {
            answers.add(task.get());
        }
        return answers;
    }

    static <T> List<T> atOnce(int times, Callable<T> task) throws InterruptedException, ExecutionException {
        return atOnce(Stream.generate(() -> task).limit(times).toList());
    }
}
