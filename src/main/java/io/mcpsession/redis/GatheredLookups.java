package io.mcpsession.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.redisson.client.RedisException;

/**
 * Lookups that wait at one moment go to Redis together, as one run of one script: most of what a lookup costs is its
 * way there and back. While none is under way the next leaves at once, so whoever comes alone waits for nobody.
 */
final class GatheredLookups {

    /** Whom of those who ask: a script keeps all others of a Redis waiting; this many take less than a millisecond. */
    private static final int MOST_TOGETHER = 64;
    static final int VALUES_EACH = 3;
    private static final int FAILED = -1;
    /** What is under way for longer hangs on a connection, maybe, and must not keep the others from trying theirs. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Sender redis;
    private final LongSupplier nanos;
    private final Queue<Asked> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long lastSent;

    GatheredLookups(Sender redis, LongSupplier nanos) {
        this.redis = redis;
        this.nanos = nanos;
    }

    /** Runs the script with the keys and arguments of several lookups; answers three values for each. */
    @FunctionalInterface
    interface Sender {
        CompletionStage<List<Object>> send(List<Object> keys, List<Object> arguments);
    }

    private record Asked(int lookups, List<Object> keys, List<Object> arguments,
                         CompletableFuture<List<Object>> answer) {
    }

    /**
     * Three values for each lookup, as the script answers them.
     *
     * @param lookups how many the keys and arguments are for; they stay together and in their order
     */
    CompletableFuture<List<Object>> ask(int lookups, List<Object> keys, List<Object> arguments) {
        Asked asked = new Asked(lookups, keys, arguments, new CompletableFuture<>());
        waiting.add(asked);
        // Requests that were read in the same moment get to ask as well: batches grow by a fifth, and nobody waits for it.
        Thread.yield();
        sendWaiting();
        return asked.answer;
    }

    private void sendWaiting() {
        while (!waiting.isEmpty() && mayLeave()) {
            send(next());
        }
    }

    /** Counts one more as under way, unless one is. Two at once made 32 callers a tenth slower. */
    private boolean mayLeave() {
        boolean hangs = nanos.getAsLong() - lastSent > PATIENCE_NANOS;
        return underWay.getAndUpdate(now -> now == 0 || hangs ? now + 1 : now) == 0 || hangs;
    }

    private List<Asked> next() {
        List<Asked> together = new ArrayList<>();
        while (together.size() < MOST_TOGETHER && waiting.poll() instanceof Asked asked) {
            // Whoever has given up meanwhile has cancelled it.
            if (!asked.answer.isDone()) {
                together.add(asked);
            }
        }
        return together;
    }

    private void send(List<Asked> together) {
        if (together.isEmpty()) {
            underWay.decrementAndGet();
            return;
        }
        lastSent = nanos.getAsLong();
        List<Object> keys = new ArrayList<>();
        List<Object> arguments = new ArrayList<>();
        for (Asked asked : together) {
            keys.addAll(asked.keys);
            arguments.addAll(asked.arguments);
        }
        sent(keys, arguments).whenComplete((answers, failure) -> {
            underWay.decrementAndGet();
            // The next first: who waits for these answers goes on in threads of their own.
            sendWaiting();
            int from = 0;
            for (Asked asked : together) {
                if (failure == null) {
                    int to = from + asked.lookups * VALUES_EACH;
                    complete(asked.answer, answers.subList(from, to));
                    from = to;
                } else {
                    asked.answer.completeExceptionally(failure);
                }
            }
        });
    }

    private static void complete(CompletableFuture<List<Object>> answer, List<Object> values) {
        for (int i = 0; i < values.size(); i += VALUES_EACH) {
            if (SessionLookups.number(values, i) == FAILED) {
                answer.completeExceptionally(new RedisException((String) values.get(i + 1)));
                return;
            }
        }
        answer.complete(values);
    }

    private CompletionStage<List<Object>> sent(List<Object> keys, List<Object> arguments) {
        try {
            return redis.send(keys, arguments);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
