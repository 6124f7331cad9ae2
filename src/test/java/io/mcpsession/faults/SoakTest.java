package io.mcpsession.faults;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/**
 * What shows only after a while. {@code -Dsoak.minutes} says how long, {@code -Dsoak.idle-seconds} how long a session
 * lasts, of which a short run needs less than the usual 600; run by {@code mvn test -Dtests.skipped=none
 * -Dtests.only=soak -Dtest=SoakTest}.
 */
@Tag("soak")
@Timeout(value = 2, unit = TimeUnit.HOURS)
class SoakTest {

    private static final int MINUTES = Integer.getInteger("soak.minutes", 30);
    private static final Duration IDLE = Duration.ofSeconds(Integer.getInteger("soak.idle-seconds", 600));
    private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

    @Test
    void sessionsThatNobodyEndsLeaveNothingBehind() {
        int rate = 100;
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                TestServer server = TestServer.on(redis.address(), Map.of("mcp.session.idle-ttl", IDLE.toSeconds() + "s",
                        "mcp.session.max-per-user", "1000000", "mcp.log.audit", "false"));
                PlainRedis plain = new PlainRedis(redis.address())) {
            AtomicLong opened = new AtomicLong();
            AtomicLong refused = new AtomicLong();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> callers = atRate(rate, 8, over, _ -> {
                McpClient client = opened.get() % 2 == 0 ? server.alice() : server.bob();
                (client.call("initialize").status() == 200 ? opened : refused).incrementAndGet();
            });
            List<String> lines = new ArrayList<>(List.of("minute opened refused stored living redis_bytes heap_bytes threads"));
            List<Double> memory = new ArrayList<>();
            List<Double> heap = new ArrayList<>();
            List<Integer> threads = new ArrayList<>();
            for (int half = 1; half <= MINUTES * 2; half++) {
                pass(Duration.ofSeconds(30));
                long stored = stored(plain);
                long living = plain.living();
                long redisBytes = used(plain);
                System.gc();
                long heapBytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
                int running = ManagementFactory.getThreadMXBean().getThreadCount();
                String line = half / 2.0 + " " + opened + " " + refused + " " + stored + " " + living + " " + redisBytes
                        + " " + heapBytes + " " + running;
                System.out.println(line);
                lines.add(line);
                if (half * 30 > IDLE.toSeconds() + 30) {
                    memory.add((double) redisBytes);
                    heap.add((double) heapBytes);
                    threads.add(running);
                    assertThat(String.join("\n", lines), (double) stored, is(closeTo(living, living * 0.01 + rate)));
                }
            }
            over.set(true);
            join(callers);
            assertThat(memory.getLast(), is(lessThan(memory.getFirst() * 1.1)));
            assertThat(heap.getLast(), is(lessThan(heap.getFirst() * 1.1)));
            assertThat(threads.getLast(), is(lessThan(threads.getFirst() + 4)));
            assertThat(refused.get(), is(lessThan(opened.get() / 10_000)));
        }
    }

    private static long stored(PlainRedis plain) {
        return IntStream.range(0, 16).mapToLong(number -> Long.parseLong(
                plain.call("HLEN", "mcp:session:{" + number + "}").orElseThrow())).sum();
    }

    private static long used(PlainRedis plain) {
        return Long.parseLong(USED.matcher(plain.call("INFO", "memory").orElseThrow()).results().findFirst().orElseThrow()
                .group(1));
    }

    /** Replicas that are killed and stopped in turn, while callers go to whichever is up. */
    @Test
    void replicasThatComeAndGoCostNobodyASession() {
        try (EmbeddedRedis redis = EmbeddedRedis.start(); PlainRedis plain = new PlainRedis(redis.address())) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    "MCP_SESSION_MAX_PER_USER", "1000000", "MCP_GRPC_INSECURE", "true", "MCP_SESSION_POLICY", "strict",
                    "MCP_STORE_REDIS_MODE", "single", "MCP_STORE_REDIS_ADDRESS", redis.address().toString(),
                    "MCP_DRAIN_TIMEOUT", "3s", "MCP_LOG_AUDIT", "false",
                    "MCP_AUTH_TOKENS_0_USER", "alice", "MCP_AUTH_TOKENS_0_SHA256", TestServer.sha256(TestServer.ALICE)));
            environment.putAll(Map.of("MCP_LIMITS_PER_USER_RATE", "0", "MCP_LIMITS_PER_ADDRESS_RATE", "0"));
            AtomicReferenceArray<ChildServer> replicas = new AtomicReferenceArray<>(3);
            AtomicReferenceArray<McpClient> doors = new AtomicReferenceArray<>(3);
            for (int i = 0; i < 3; i++) {
                open(replicas, doors, i, environment);
            }
            List<String> living = IntStream.range(0, 50).mapToObj(i -> doors.get(i % 3).call("initialize").session()).toList();
            Queue<String> wrong = new ConcurrentLinkedQueue<>();
            AtomicLong served = new AtomicLong();
            AtomicLong retried = new AtomicLong();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> callers = atRate(300, 12, over, _ -> use(doors, living, served, retried, wrong));
            long end = System.nanoTime() + Duration.ofMinutes(Math.min(MINUTES, 5)).toNanos();
            int turns = 0;
            while (System.nanoTime() < end) {
                int turn = turns++ % 3;
                ChildServer victim = replicas.get(turn);
                if (turns % 2 == 0) {
                    victim.kill();
                } else {
                    victim.terminate();
                    victim.exitStatus(Duration.ofSeconds(20));
                }
                open(replicas, doors, turn, environment);
                pass(Duration.ofSeconds(3));
            }
            over.set(true);
            join(callers);
            System.out.println("restarts=" + turns + " served=" + served + " retried_once=" + retried + " wrong=" + wrong
                    + " living=" + plain.living());
            IntStream.range(0, 3).forEach(i -> replicas.get(i).close());
            assertThat(List.copyOf(wrong), is(List.of()));
            assertThat("no session of its own for a retried call", plain.living(), is((long) living.size()));
            assertThat(served.get(), is(greaterThan(1000L)));
        }
    }

    private static void open(AtomicReferenceArray<ChildServer> replicas, AtomicReferenceArray<McpClient> doors, int number,
                             Map<String, String> environment) {
        ChildServer server = ChildServer.start(environment);
        doors.set(number, server.client(TestServer.ALICE));
        replicas.set(number, server);
    }

    private static void use(AtomicReferenceArray<McpClient> doors, List<String> living, AtomicLong served,
                            AtomicLong retried, Queue<String> wrong) {
        String id = living.get(ThreadLocalRandom.current().nextInt(living.size()));
        int first = ThreadLocalRandom.current().nextInt(3);
        for (int attempt = 0; attempt < 2; attempt++) {
            try {
                Answer answer = doors.get((first + attempt) % 3).in(id).call("ping");
                if (answer.status() == 200 && answer.session().equals(id)) {
                    served.incrementAndGet();
                } else {
                    wrong.add("status " + answer.status());
                }
                return;
            } catch (UncheckedIOException e) {
                // The connection broke: another replica serves the same session.
                retried.incrementAndGet();
            }
        }
        wrong.add("two connections in a row broke");
    }

    private interface Step {

        void run(int caller);
    }

    private static List<Thread> atRate(int perSecond, int callers, AtomicBoolean over, Step step) {
        long pause = Duration.ofSeconds(callers).toNanos() / perSecond;
        return IntStream.range(0, callers).mapToObj(number -> Thread.ofVirtual().name("caller").start(() -> {
            long next = System.nanoTime();
            while (!over.get()) {
                step.run(number);
                next += pause;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        })).toList();
    }

    private static void join(List<Thread> threads) {
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void pass(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
