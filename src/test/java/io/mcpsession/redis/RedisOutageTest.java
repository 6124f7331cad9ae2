package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionNotes;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.StoreUnavailableException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A Redis of its own, because it is stopped. */
class RedisOutageTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final Duration BOUND = Duration.ofSeconds(2);

    private EmbeddedRedis server = EmbeddedRedis.start();
    private final RedisConfig config = TestRedis.config(server.address());
    private final RedissonClient client = RedisClient.open(config);
    private final RedisCalls calls = TestRedis.calls(client);
    private final List<SigningKey> keys = List.of(new SigningKey("a key of 16 bytes or more".getBytes(US_ASCII)));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), InstantSource.system());
    private final SessionStore store = new RedisSessionStore(calls, config, LIMITS, RedisTime.server());
    private final SessionNotes notes = new RedisNotes(calls, config, LIMITS, RedisTime.server());
    private final RedisTokenStore tokens = new RedisTokenStore(client, calls, config);

    @AfterEach
    void close() {
        client.shutdown();
        server.close();
    }

    private Session created() {
        return ((Placement.Made) store.create(ids.mint(ALICE), ALICE, OPENING)).session();
    }

    private static void assertUnavailableInTime(Executable verb) {
        long start = System.nanoTime();

        assertThrows(StoreUnavailableException.class, verb);

        assertThat(Duration.ofNanos(System.nanoTime() - start), is(lessThan(BOUND)));
    }

    @Test
    void aStoppedRedisIsToldInTimeByEveryVerbAndHealsWithoutANewClient() {
        SessionId id = created().id();
        server.close();

        assertUnavailableInTime(() -> store.find(id));
        assertUnavailableInTime(this::created);
        assertUnavailableInTime(() -> store.resume(id, ALICE));
        assertUnavailableInTime(() -> store.touch(id));
        assertUnavailableInTime(() -> store.end(id, Ending.DELETED));
        assertUnavailableInTime(() -> store.endAll(ALICE, Optional.empty(), Ending.DELETED));
        assertUnavailableInTime(() -> store.list(ALICE, Optional.empty(), 10));
        assertUnavailableInTime(store::count);
        assertUnavailableInTime(() -> notes.put(id, "name", "text"));
        assertUnavailableInTime(() -> notes.list(id));
        assertUnavailableInTime(() -> tokens.find("digest"));

        server = EmbeddedRedis.startAt(server.address());

        Session session = eventually(() -> unlessUnavailable(this::created), is(not(Optional.<Session>empty()))).get();
        assertThat(store.resume(session.id(), ALICE), instanceOf(Lookup.Live.class));
        assertThat(store.count(), is(1L));
    }

    /** Redisson believes that a Redis has a script until the connection breaks. */
    @Test
    void sessionsEndAfterRedisHasForgottenItsScripts() {
        store.end(created().id(), Ending.DELETED);
        store.endAll(ALICE, Optional.empty(), Ending.DELETED);
        SessionId id = created().id();
        created();
        try (RawRedis raw = new RawRedis(server.address())) {
            raw.call("SCRIPT", "FLUSH");
        }

        assertThat(store.end(id, Ending.DELETED), instanceOf(Lookup.Live.class));
        assertThat(store.endAll(ALICE, Optional.empty(), Ending.DELETED), is(1));
    }

    private static <T> Optional<T> unlessUnavailable(Callable<T> verb) throws Exception {
        try {
            return Optional.of(verb.call());
        } catch (StoreUnavailableException e) {
            return Optional.empty();
        }
    }

    @Test
    void aRedisThatHangsIsToldInTimeToAllWhoWait() throws InterruptedException {
        SessionId id = created().id();
        try (RawRedis raw = new RawRedis(server.address())) {
            raw.call("CLIENT", "PAUSE", "4000");
        }
        var waits = new ConcurrentLinkedQueue<Duration>();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        List<Thread> callers = new ArrayList<>();

        for (int i = 0; i < 100; i++) {
            callers.add(Thread.startVirtualThread(() -> {
                long start = System.nanoTime();
                try {
                    store.resume(id, ALICE);
                } catch (StoreUnavailableException e) {
                    failures.add(e);
                }
                waits.add(Duration.ofNanos(System.nanoTime() - start));
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(failures, hasSize(100));
        assertThat(waits, everyItem(is(lessThan(BOUND))));
        eventually(() -> unlessUnavailable(() -> store.find(id)), is(not(Optional.<Lookup>empty())));
        assertThat(store.find(id), instanceOf(Lookup.Live.class));
    }

    @Test
    void aClientOpenedWhileRedisIsDownWorksOnceRedisIsUp() {
        server.close();
        RedissonClient early = RedisClient.open(config);
        try {
            SessionStore waiting = new RedisSessionStore(TestRedis.calls(early), config, LIMITS,
                    RedisTime.server());
            assertUnavailableInTime(waiting::count);

            server = EmbeddedRedis.startAt(server.address());

            eventually(() -> unlessUnavailable(waiting::count), is(Optional.of(0L)));
        } finally {
            early.shutdown();
        }
    }

    /** Redisson's own messages quote the command with its arguments: ids, users, even the signing key. */
    @Test
    void aFailureTellsNothingOfWhatWasAsked() {
        SessionId id = created().id();
        server.close();

        List<StoreUnavailableException> failures = List.of(
                assertThrows(StoreUnavailableException.class, () -> store.find(id)),
                assertThrows(StoreUnavailableException.class, () -> store.create(id, ALICE, OPENING)),
                assertThrows(StoreUnavailableException.class, () -> notes.get(id, "name")),
                assertThrows(StoreUnavailableException.class, () -> notes.list(id)));

        for (StoreUnavailableException failure : failures) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(String.valueOf(cause.getMessage()), not(containsString(id.value())));
                assertThat(String.valueOf(cause.getMessage()), not(containsString("alice")));
            }
        }
    }

    @Test
    void aFailureTellsWhatRedisAnsweredButNotWhatItWasAsked() {
        SessionId id = created().id();
        try (RawRedis raw = new RawRedis(server.address())) {
            raw.call("CONFIG", "SET", "maxmemory", "1");
        }

        var failure = assertThrows(StoreUnavailableException.class, this::created);

        assertThat(failure.getMessage(), containsString("not allowed when used memory"));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause.getMessage()), not(containsString(ALICE.fingerprint())));
            assertThat(String.valueOf(cause.getMessage()), not(containsString("params")));
        }
        assertThat(store.find(id), instanceOf(Lookup.Live.class));
    }

    @Test
    void whoGaveUpWhileRedisHadNeverBeenReachedAsksForNothingWhenItComes() throws Exception {
        server.close();
        RAtomicLong counter = client.getAtomicLong(config.keyPrefix() + ":counter");
        Callable<Long> counting = () -> calls.await("count", counter::incrementAndGetAsync);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Long> call : executor.invokeAll(Collections.nCopies(30, counting))) {
                assertThat(assertThrows(ExecutionException.class, call::get).getCause(),
                        instanceOf(StoreUnavailableException.class));
            }
        }

        server = EmbeddedRedis.startAt(server.address());

        long counted = eventually(() -> {
            try {
                return counting.call();
            } catch (StoreUnavailableException e) {
                return 0L;
            }
        }, is(greaterThan(0L)));
        // The attempt that was under way when Redis came counts as well.
        assertThat(counted, is(lessThan(4L)));
    }
}
