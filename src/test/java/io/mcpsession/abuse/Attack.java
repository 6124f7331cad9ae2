package io.mcpsession.abuse;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.hamcrest.Matcher;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** What one client does to a server beside a good caller. */
@FunctionalInterface
interface Attack {

    /** How long an attack goes on. */
    Duration TIME = Duration.ofSeconds(Integer.getInteger("mcp.abuse.seconds", 30));

    /** A second, unless the attackers share the processors with the server and with whatever else a machine runs. */
    Duration P99 = Duration.ofSeconds(Integer.getInteger("mcp.abuse.p99", 1));

    /** Bytes of the pod. */
    long RSS = Long.getLong("mcp.abuse.rss", 384) << 20;

    /**
     * Attacks, and lets go of all it holds at the end.
     *
     * @param goesOn whether the attack is not over; to be asked often
     */
    void run(Pod pod, BooleanSupplier goesOn) throws IOException, InterruptedException;

    /**
     * What became of the server and of the good caller.
     *
     * @param calls      of the good caller, during the attack
     * @param heapBefore bytes
     * @param heapAfter  bytes
     * @param peak       the most memory of the process until then, in bytes
     * @param alive      whether the process is
     */
    record Outcome(GoodCaller.Calls calls, long heapBefore, long heapAfter, long peak, boolean alive) {

        @Override
        public String toString() {
            return "%d calls, %d failed, p50 %d ms, p99 %d ms, most %d ms; heap %d -> %d MB, peak RSS %d MB".formatted(
                    calls.nanos().size(), calls.failures().size(), calls.percentile(50).toMillis(),
                    calls.percentile(99).toMillis(), calls.percentile(100).toMillis(), heapBefore >> 20, heapAfter >> 20,
                    peak >> 20);
        }
    }

    /**
     * Attacks beside a good caller, 50 requests a second, and asserts that it makes no difference: no call of it fails,
     * 99 of 100 take less than {@link #P99}, the process lives within the pod's limit, and its heap is as before.
     *
     * @param name what the figures are printed under
     */
    static Outcome harmless(String name, Pod pod, Attack attack) throws IOException, InterruptedException {
        Outcome outcome = run(pod, attack);
        System.out.println("abuse: " + name + ": " + outcome);
        must(name + ": alive", outcome.alive(), is(true));
        must(name + ": failures of the good caller", distinct(outcome.calls().failures()), is(empty()));
        must(name + ": p99", outcome.calls().percentile(99), is(lessThan(P99)));
        must(name + ": heap, was " + outcome.heapBefore(), outcome.heapAfter(),
                is(lessThan(outcome.heapBefore() * 12 / 10)));
        must(name + ": RSS", outcome.peak(), is(lessThan(RSS)));
        return outcome;
    }

    private static <T> void must(String what, T value, Matcher<? super T> matcher) {
        assertThat(what, value, matcher);
    }

    private static List<String> distinct(List<String> failures) {
        return failures.stream().distinct().toList();
    }

    private static Outcome run(Pod pod, Attack attack) throws IOException, InterruptedException {
        try (GoodCaller warm = GoodCaller.start(pod.good().initialized())) {
            Thread.sleep(Duration.ofSeconds(3));
            warm.finished();
        }
        long before = pod.heap();
        GoodCaller.Calls calls;
        try (GoodCaller good = GoodCaller.start(pod.good().initialized())) {
            long end = System.nanoTime() + TIME.toNanos();
            try {
                attack.run(pod, () -> System.nanoTime() < end && pod.isAlive());
            } catch (IOException e) {
                if (pod.isAlive()) {
                    throw e;
                }
            }
            while (System.nanoTime() < end && pod.isAlive()) {
                Thread.sleep(100);
            }
            calls = good.finished();
        }
        boolean alive = pod.isAlive();
        return new Outcome(calls, before, alive ? settledHeap(pod, before) : 0, alive ? pod.peak() : 0, alive);
    }

    /** Connections that the attacker closed are noticed in a moment. */
    private static long settledHeap(Pod pod, long before) throws InterruptedException {
        long heap = pod.heap();
        for (int i = 0; i < 20 && heap >= before * 12 / 10; i++) {
            Thread.sleep(500);
            heap = pod.heap();
        }
        return heap;
    }
}
