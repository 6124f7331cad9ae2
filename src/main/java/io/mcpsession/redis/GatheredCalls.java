package io.mcpsession.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.redisson.client.RedisException;

/**
 * Calls of one script that wait at one moment go to Redis together, as one run of it: most of what a call costs is its
 * way there and back. While too few are under way the next leaves at once, so whoever comes alone waits for nobody.
 */
final class GatheredCalls {

    private static final int FAILED = -1;
    /** What is under way for longer hangs on a connection, maybe, and must not keep the others from trying theirs. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Sender redis;
    private final Supplier<List<Object>> shared;
    private final Answers form;
    private final Bounds bounds;
    private final LongSupplier nanos;
    private final Queue<Asked> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean lookedAfter = new AtomicBoolean();
    private final Executor later;
    private volatile long lastSent;

    /**
     * @param shared the arguments that all have in common, which go before their own
     */
    GatheredCalls(Sender redis, Supplier<List<Object>> shared, Answers form, Bounds bounds) {
        this(redis, shared, form, bounds, System::nanoTime,
                CompletableFuture.delayedExecutor(PATIENCE_NANOS + 1, TimeUnit.NANOSECONDS));
    }

    /**
     * @param later runs what it is given when what is under way has become too old to wait for
     */
    GatheredCalls(Sender redis, Supplier<List<Object>> shared, Answers form, Bounds bounds, LongSupplier nanos,
                  Executor later) {
        this.later = later;
        this.redis = redis;
        this.shared = shared;
        this.form = form;
        this.bounds = bounds;
        this.nanos = nanos;
    }

    /**
     * What keeps a Redis free for others.
     *
     * @param together calls of one run: a script keeps all others waiting, so as many as take a millisecond
     * @param ofOne    of them that somebody asks for at once
     * @param underWay runs
     */
    record Bounds(int together, int ofOne, int underWay) {

        /** For those who ask for one each. Two runs under way made 32 callers a tenth slower. */
        static Bounds ofSingle(int together) {
            return new Bounds(together, 1, 1);
        }
    }

    /** Those of each partition together in a cluster, where a script sees the keys of one slot only; elsewhere all. */
    static Function<Partition, GatheredCalls> together(RedisConfig config, Partitions partitions,
                                                       Supplier<GatheredCalls> some) {
        if (config.topology() == Topology.CLUSTER) {
            return partitions.all().stream().collect(Collectors.toMap(Function.identity(), _ -> some.get()))::get;
        }
        GatheredCalls all = some.get();
        return _ -> all;
    }

    /** Runs the script with the keys and arguments of several calls. */
    @FunctionalInterface
    interface Sender {
        CompletionStage<List<Object>> send(List<Object> keys, Object[] arguments);

        /** Runs it again for one call that failed because a key holds something of another type; empty where it cannot. */
        default Optional<CompletionStage<List<Object>>> mend(List<Object> keys, Object[] arguments) {
            return Optional.empty();
        }
    }

    /** How a script answers several calls. */
    enum Answers {
        /** Three values for each. */
        THREE_VALUES(3) {
            @Override
            Object value(List<Object> answers, int call, int place) {
                return answers.get(call + place);
            }
        },
        /** One list for each. */
        LISTS(1) {
            @Override
            Object value(List<Object> answers, int call, int place) {
                return ((List<?>) answers.get(call)).get(place);
            }
        };

        private final int each;

        Answers(int each) {
            this.each = each;
        }

        /**
         * A value of the answer to a call; the first says what it is.
         *
         * @param call where that answer begins
         */
        abstract Object value(List<Object> answers, int call, int place);
    }

    private record Asked(int calls, List<Object> keys, List<Object> arguments,
                         CompletableFuture<List<Object>> answer) {
    }

    /**
     * What the script answers.
     *
     * @param calls how many the keys and arguments are for; they stay together and in their order
     * @throws IllegalArgumentException when they are too many for one script
     */
    CompletableFuture<List<Object>> ask(int calls, List<Object> keys, List<Object> arguments) {
        if (calls > bounds.ofOne) {
            throw new IllegalArgumentException(calls + " calls are too many for one script");
        }
        Asked asked = new Asked(calls, keys, arguments, new CompletableFuture<>());
        waiting.add(asked);
        // Requests that were read in the same moment get to ask as well: batches grow by a fifth, and nobody waits for it.
        Thread.yield();
        sendWaiting();
        if (!waiting.isEmpty()) {
            lookAfterThem();
        }
        return asked.answer;
    }

    /** Who waits behind what hangs, and nobody comes after him, would wait as long as that. */
    private void lookAfterThem() {
        if (lookedAfter.compareAndSet(false, true)) {
            later.execute(() -> {
                lookedAfter.set(false);
                sendWaiting();
                if (!waiting.isEmpty()) {
                    lookAfterThem();
                }
            });
        }
    }

    private void sendWaiting() {
        while (!waiting.isEmpty() && mayLeave()) {
            send(next());
        }
    }

    /** Counts one more as under way, unless enough are. */
    private boolean mayLeave() {
        boolean hangs = nanos.getAsLong() - lastSent > PATIENCE_NANOS;
        return underWay.getAndUpdate(now -> now < bounds.underWay || hangs ? now + 1 : now) < bounds.underWay || hangs;
    }

    private List<Asked> next() {
        List<Asked> together = new ArrayList<>();
        int calls = 0;
        while (calls + bounds.ofOne <= bounds.together && waiting.poll() instanceof Asked asked) {
            // Whoever has given up meanwhile has cancelled it.
            if (!asked.answer.isDone()) {
                together.add(asked);
                calls += asked.calls;
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
        List<Object> arguments = new ArrayList<>(shared.get());
        for (Asked asked : together) {
            keys.addAll(asked.keys);
            arguments.addAll(asked.arguments);
        }
        sent(keys, arguments.toArray()).whenComplete((answers, failure) -> {
            underWay.decrementAndGet();
            // The next first: who waits for these answers goes on in threads of their own.
            sendWaiting();
            int from = 0;
            for (Asked asked : together) {
                if (failure == null) {
                    int to = from + asked.calls * form.each;
                    complete(asked, answers.subList(from, to), false);
                    from = to;
                } else {
                    asked.answer.completeExceptionally(failure);
                }
            }
        });
    }

    private void complete(Asked asked, List<Object> values, boolean mended) {
        for (int i = 0; i < values.size(); i += form.each) {
            if (((Number) form.value(values, i, 0)).longValue() == FAILED) {
                failed(asked, new RedisException((String) form.value(values, i, 1)), mended);
                return;
            }
        }
        asked.answer.complete(values);
    }

    private void failed(Asked asked, RedisException wrong, boolean mended) {
        if (mended || RedisFault.of(wrong) != RedisFault.WRONG_TYPE) {
            asked.answer.completeExceptionally(wrong);
            return;
        }
        List<Object> arguments = new ArrayList<>(shared.get());
        arguments.addAll(asked.arguments);
        redis.mend(asked.keys, arguments.toArray()).orElseGet(() -> CompletableFuture.failedStage(wrong))
                .whenComplete((again, failure) -> {
                    if (failure == null) {
                        complete(asked, again, true);
                    } else {
                        asked.answer.completeExceptionally(failure);
                    }
                });
    }

    private CompletionStage<List<Object>> sent(List<Object> keys, Object[] arguments) {
        try {
            return redis.send(keys, arguments);
        } catch (RuntimeException | Error e) {
            // An error of memory as well: one that stayed under way for good would hold up all others.
            return CompletableFuture.failedFuture(e);
        }
    }
}
