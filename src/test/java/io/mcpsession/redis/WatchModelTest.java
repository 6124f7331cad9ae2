package io.mcpsession.redis;

import io.mcpsession.grpc.RunningApi;
import io.mcpsession.grpc.Watcher;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.WatchSessionsRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

/**
 * Random operations on two replicas, told by a model, against what watchers saw who were killed and resumed on either.
 * In full: {@code mvn test -Dtest=WatchModelTest -Dmcp.watch.operations=100000 -Dmcp.watch.kills=100}.
 */
class WatchModelTest {

    private static final int OPERATIONS = Integer.getInteger("mcp.watch.operations", 6_000);
    private static final int KILLS = Integer.getInteger("mcp.watch.kills", 24);
    private static final int THREADS = 4;
    private static final int USERS_OF_A_THREAD = 8;
    private static final int WATCHERS = 2;
    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofDays(30), 5,
            SessionLimits.WhenFull.EVICT_OLDEST, Long.MAX_VALUE);

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisConfig config = TestRedis.config();
    private final long seed = new SecureRandom().nextLong();
    private final Random random = new Random(seed);

    /** What one watcher, in all its lives, saw of each user, as text. */
    private static final class Diary {

        private final Map<String, List<String>> seen = new TreeMap<>();
        private final AtomicInteger count = new AtomicInteger();

        synchronized void note(SessionEvent event) {
            seen.computeIfAbsent(event.getOwner().getSubject(), _ -> new ArrayList<>())
                    .add(event.getKind().name().replace("SESSION_EVENT_KIND_", "") + " " + event.getSessionId());
            count.incrementAndGet();
        }

        synchronized Map<String, List<String>> seen() {
            return new TreeMap<>(seen);
        }
    }

    private RedisSessionStore store(RedissonClient client) {
        return new RedisSessionStore(TestRedis.calls(client), config, LIMITS, RedisTime.of(clock));
    }

    private RedisSessionFeed feed(RedissonClient client) {
        return new RedisSessionFeed(client, TestRedis.calls(client), config, RedisTime.of(clock));
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void watchersWhoWereKilledAndResumedOnEitherReplicaSawEverythingOnceAndInOrder() throws Exception {
        SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), new SecureRandom(), clock);
        var stores = List.of(store(TestRedis.client()), store(TestRedis.otherClient()));
        List<ModelUser> users = IntStream.range(0, THREADS * USERS_OF_A_THREAD)
                .mapToObj(number -> new ModelUser("user" + number, stores, ids, LIMITS, clock, random.nextLong()))
                .toList();
        List<Diary> diaries = IntStream.range(0, WATCHERS).mapToObj(_ -> new Diary()).toList();
        int kills = 0;
        try (var one = feed(TestRedis.client()); var other = feed(TestRedis.otherClient());
                var here = new RunningApi(stores.getFirst(), clock, one);
                var there = new RunningApi(stores.getLast(), clock, other);
                var reclaimer = new Reclaimer(TestRedis.calls(TestRedis.client()), config, RedisTime.of(clock), () -> { });
                var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Watcher> watchers = new ArrayList<>();
            for (Diary diary : diaries) {
                watchers.add(watch(random.nextBoolean() ? here : there, "", diary));
                watchers.getLast().await();
            }
            int phases = Math.max(KILLS, 10);
            for (int phase = 0; phase < phases; phase++) {
                List<Callable<Void>> work = work(users, OPERATIONS / phases / THREADS, phase);
                List<Future<Void>> under = work.stream().map(threads::submit).toList();
                if (kills < KILLS) {
                    // In the middle of it all.
                    int victim = random.nextInt(WATCHERS);
                    watchers.get(victim).kill();
                    watchers.set(victim, watch(random.nextBoolean() ? here : there, watchers.get(victim).token(),
                            diaries.get(victim)));
                    kills++;
                }
                for (Future<Void> done : under) {
                    done.get();
                }
                passTime(users, reclaimer);
            }
            int expected = users.stream().mapToInt(user -> user.told().size()).sum();
            for (Diary diary : diaries) {
                eventually(diary.count::get, greaterThanOrEqualTo(expected));
            }
            watchers.forEach(Watcher::kill);
        }
        Map<String, List<String>> model = new TreeMap<>();
        users.forEach(user -> model.put(user.name(), user.told()));
        for (Diary diary : diaries) {
            assertThat("seed " + seed, diary.seen(), is(model));
        }
        System.out.println("watch model: operations=" + OPERATIONS + " kills=" + kills + " events="
                + model.values().stream().mapToInt(List::size).sum() + " seed=" + seed);
    }

    private static Watcher watch(RunningApi api, String token, Diary diary) {
        return new Watcher(api.connect(), WatchSessionsRequest.newBuilder().setResumeToken(token).build(), diary::note);
    }

    private static List<Callable<Void>> work(List<ModelUser> users, int operations, int phase) {
        List<Callable<Void>> work = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            List<ModelUser> own = users.subList(thread * USERS_OF_A_THREAD, (thread + 1) * USERS_OF_A_THREAD);
            work.add(() -> {
                for (int i = 0; i < operations; i++) {
                    own.get(i % own.size()).operate(phase);
                }
                return null;
            });
        }
        return work;
    }

    /** Time passes, and what has expired is noticed, though not always at once. */
    private void passTime(List<ModelUser> users, Reclaimer reclaimer) {
        clock.advance(Duration.ofSeconds(random.nextInt(400)));
        users.forEach(ModelUser::timePassed);
        if (random.nextInt(3) > 0) {
            TestRedis.client().getKeys().deleteByPattern(config.keyPrefix() + ":reclaim:*");
            reclaimer.reclaim();
            users.forEach(ModelUser::reclaimed);
        }
    }
}
