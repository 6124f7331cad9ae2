package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.api.RedissonClient;

/**
 * What a million sessions cost beside a thousand. No test: {@code mvn test -Dtest=ScaleBenchmark}. Rounds on the small
 * and on the large Redis take turns, and medians over the rounds are compared.
 */
class ScaleBenchmark {

    private static final int SMALL = 1_000;
    private static final int LARGE = Integer.getInteger("bench.sessions", 1_000_000);
    private static final int SESSIONS_OF_A_USER = 10;
    private static final int CREATORS = 64;
    private static final int CALLERS = Integer.getInteger("bench.callers", 8);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 7);
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(Long.getLong("bench.round-ms", 1500));
    private static final Pattern USED_MEMORY = Pattern.compile("used_memory:(\\d+)");

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void measure(Layout layout) throws Exception {
        try (World small = new World(layout); World large = new World(layout)) {
            small.fill(SMALL);
            large.fill(LARGE);
            report(layout, "validate", small, large, (store, session) -> store.find(session.id, session.owner));
            report(layout, "touch", small, large, (store, session) -> store.touch(session.id));
        }
    }

    private static void report(Layout layout, String verb, World small, World large,
                               BiConsumer<SessionStore, Owned> call) throws Exception {
        List<Figures> few = new ArrayList<>();
        List<Figures> many = new ArrayList<>();
        small.round(call);
        large.round(call);
        for (int i = 0; i < ROUNDS; i++) {
            few.add(small.round(call));
            many.add(large.round(call));
        }
        Figures before = Figures.median(few);
        Figures after = Figures.median(many);
        System.out.printf("scale %-9s %-8s %,d: %s   %,d: %s   p99 ratio %.2f%n", layout, verb, SMALL, before, LARGE,
                after, after.p99 / before.p99);
    }

    private record Owned(SessionId id, Principal owner) {
    }

    private record Figures(double rate, double p50, double p99) {

        private static Figures of(long[] nanos) {
            Arrays.sort(nanos);
            return new Figures(nanos.length / (ROUND_NANOS / 1e9), nanos[nanos.length / 2] / 1e6,
                    nanos[(int) (nanos.length * 0.99)] / 1e6);
        }

        private static Figures median(List<Figures> rounds) {
            return new Figures(middle(rounds.stream().mapToDouble(Figures::rate).toArray()),
                    middle(rounds.stream().mapToDouble(Figures::p50).toArray()),
                    middle(rounds.stream().mapToDouble(Figures::p99).toArray()));
        }

        private static double middle(double[] values) {
            Arrays.sort(values);
            return values[values.length / 2];
        }

        @Override
        public String toString() {
            return String.format("%,.0f/s p50 %.3f p99 %.3f ms", rate, p50, p99);
        }
    }

    /** A Redis of its own with sessions in it. */
    private static final class World implements AutoCloseable {

        private final Layout layout;
        private final EmbeddedRedis server = EmbeddedRedis.start();
        private final RawRedis raw = new RawRedis(server.address());
        private final RedissonClient client;
        private final SessionStore store;
        private final SessionIds ids;
        private final Owned[][] sessions = new Owned[CREATORS][];

        private World(Layout layout) {
            this.layout = layout;
            RedisConfig config = TestRedis.config(server.address(), layout);
            client = RedisClient.open(config);
            // None ends while it is measured.
            SessionLimits limits = new SessionLimits(Duration.ofHours(20), Duration.ofHours(24), 100,
                    SessionLimits.WhenFull.REJECT, Long.MAX_VALUE);
            store = new RedisSessionStore(new RedisCalls(client, config, (_, _, _) -> { }), config, limits,
                    RedisTime.server());
            List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
            ids = new SessionIds(() -> keys, new SecureRandom(), InstantSource.system());
        }

        private void fill(int count) throws Exception {
            store.count();
            long before = memory();
            long start = System.nanoTime();
            allAtOnce(IntStream.range(0, CREATORS).<Callable<Void>>mapToObj(creator -> () -> {
                sessions[creator] = create(creator, count / CREATORS + (creator < count % CREATORS ? 1 : 0));
                return null;
            }).toList());
            double seconds = (System.nanoTime() - start) / 1e9;
            long events = 0;
            for (String log : raw.texts("KEYS", "*:events*")) {
                events += raw.number("MEMORY", "USAGE", log);
            }
            System.out.printf("scale %-9s %,d sessions of %,d users: %,.0f creates/s, %,d bytes each, %,d of them the"
                            + " bounded log of events%n", layout, store.count(), count / SESSIONS_OF_A_USER,
                    count / seconds, (memory() - before) / count, events / count);
        }

        private Owned[] create(int creator, int count) {
            Owned[] made = new Owned[count];
            Opening opening = new Opening("2025-11-25", new ClientInfo("openai-mcp", "1.0.0", "{}"));
            for (int i = 0; i < count; i++) {
                Principal owner = Principal.ofSubject("user-" + creator + "-" + i / SESSIONS_OF_A_USER);
                SessionId id = ids.mint(owner);
                store.create(id, owner, opening);
                made[i] = new Owned(id, owner);
            }
            return made;
        }

        private Figures round(BiConsumer<SessionStore, Owned> call) throws Exception {
            long end = System.nanoTime() + ROUND_NANOS;
            return Figures.of(allAtOnce(IntStream.range(0, CALLERS).<Callable<long[]>>mapToObj(_ -> () -> {
                long[] taken = new long[1 << 18];
                int count = 0;
                for (long now = System.nanoTime(); now < end && count < taken.length;) {
                    Owned[] some = sessions[ThreadLocalRandom.current().nextInt(CREATORS)];
                    call.accept(store, some[ThreadLocalRandom.current().nextInt(some.length)]);
                    long done = System.nanoTime();
                    taken[count++] = done - now;
                    now = done;
                }
                return Arrays.copyOf(taken, count);
            }).toList()).stream().flatMapToLong(Arrays::stream).toArray());
        }

        private static <T> List<T> allAtOnce(List<Callable<T>> tasks) throws Exception {
            List<T> results = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var task : threads.invokeAll(tasks)) {
                    results.add(task.get());
                }
            }
            return results;
        }

        private long memory() {
            var matcher = USED_MEMORY.matcher(raw.text("INFO", "memory"));
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }

        @Override
        public void close() {
            client.shutdown();
            raw.close();
            server.close();
        }
    }
}
