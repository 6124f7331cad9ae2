package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** One of two servers behind this one is killed and comes back, while clients call both. */
@Tag("slow")
@Timeout(120)
class RestartUnderLoadTest {

    private static final int CALLERS = 4;
    private static final Duration AWAY = Duration.ofSeconds(3);
    private static final Duration USED_AGAIN = Duration.ofSeconds(5);

    /**
     * @param at   when it was answered
     * @param took nanoseconds
     */
    private record Sample(long at, long took, boolean failed) {
    }

    /** Calls one tool again and again. */
    private static final class Caller {

        private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Answer> odd = new ConcurrentLinkedQueue<>();
        private final McpClient session;
        private final String tool;
        private final CompletableFuture<Void> running;
        private volatile boolean over;

        Caller(McpClient session, String tool) {
            this.session = session;
            this.tool = tool;
            this.running = CompletableFuture.runAsync(this::run, Thread::startVirtualThread);
        }

        private void run() {
            while (!over) {
                long begin = System.nanoTime();
                Answer answer = session.tool(tool);
                long end = System.nanoTime();
                samples.add(new Sample(end, end - begin, answer.isToolError()));
                if (answer.status() != 200 || !answer.session().equals(session.header("Mcp-Session-Id"))) {
                    odd.add(answer);
                }
            }
        }

        List<Sample> between(long from, long to) {
            return samples.stream().filter(it -> it.at() >= from && it.at() < to).toList();
        }

        void stop() {
            over = true;
            running.join();
        }
    }

    @Test
    void theOtherDoesNotNoticeAndTheOneIsUsedAgainWithinSeconds() throws InterruptedException {
        try (EmbeddedRedis redis = EmbeddedRedis.start(); StatefulPeer first = new StatefulPeer();
                StatefulPeer second = new StatefulPeer()) {
            Map<String, String> keys = Bridged.upstream(first.endpoint(), "first", "session");
            keys.put("mcp.upstreams.0.allow", "");
            try (Bridged front = Bridged.on(redis.address(), keys, "mcp.upstreams.1.name", "second",
                    "mcp.upstreams.1.url", second.endpoint().toString(), "mcp.upstreams.1.prefix", "two_")) {
                run(front, first);
            }
        }
    }

    private static void run(Bridged front, StatefulPeer first) throws InterruptedException {
        List<Caller> toFirst = callers(front, "count");
        List<Caller> toSecond = callers(front, "two_count");
        List<Caller> all = new ArrayList<>(toFirst);
        all.addAll(toSecond);
        eventually(() -> toSecond.getFirst().samples.size(), greaterThan(500));

        long begin = System.nanoTime();
        eventually(() -> System.nanoTime() - begin, greaterThan(AWAY.toNanos()));
        long killed = System.nanoTime();
        first.stop();
        eventually(() -> System.nanoTime() - killed, greaterThan(AWAY.toNanos()));
        long back = System.nanoTime();
        first.start();
        eventually(() -> toFirst.stream().allMatch(caller ->
                caller.between(back, Long.MAX_VALUE).stream().anyMatch(sample -> !sample.failed())), is(true));
        long used = System.nanoTime();
        for (Caller caller : all) {
            caller.stop();
        }

        long before = p99(toSecond, begin, killed);
        long during = p99(toSecond, killed, back);
        System.out.printf("other upstream: p99 %.1f ms before, %.1f ms while the first was away (%d calls); used again"
                + " after %.1f s%n", before / 1e6, during / 1e6, samples(toSecond, killed, back).size(),
                (used - back) / 1e9);
        assertThat(samples(toSecond, 0, Long.MAX_VALUE).stream().filter(Sample::failed).toList(), is(empty()));
        assertThat(all.stream().flatMap(caller -> caller.odd.stream()).toList(), is(empty()));
        assertThat(samples(toFirst, killed, back).stream().anyMatch(Sample::failed), is(true));
        assertThat(used - back, lessThan(USED_AGAIN.toNanos()));
        // Those that fail at once take more of the machine than those that wait did.
        assertThat(during, lessThan(Math.max(before * 3, Duration.ofMillis(100).toNanos())));
    }

    private static List<Caller> callers(Bridged front, String tool) {
        return IntStream.range(0, CALLERS).mapToObj(_ -> new Caller(front.alice().initialized(), tool)).toList();
    }

    private static List<Sample> samples(List<Caller> callers, long from, long to) {
        return callers.stream().flatMap(caller -> caller.samples.stream())
                .filter(it -> to == Long.MAX_VALUE || it.at() >= from && it.at() < to).toList();
    }

    private static long p99(List<Caller> callers, long from, long to) {
        List<Long> sorted = samples(callers, from, to).stream().map(Sample::took).sorted().toList();
        return sorted.get((int) (sorted.size() * 0.99));
    }
}
