package io.mcpsession.redis;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RedissonClient;

/**
 * Runs commands exactly once, and has a replica acknowledge what must not be lost by Redis's WAIT on the connection that
 * wrote it. That is no promise, since another replica may become primary, but it narrows the window from the lag of
 * replication to almost nothing.
 */
final class Confirmations {

    private static final Duration PATIENCE = Duration.ofMillis(200);
    /** Without a replica that listens, each would wait in vain. */
    private static final Duration AFTER_NONE = Duration.ofSeconds(5);

    private final RedissonClient redisson;
    private final boolean possible;
    private final Duration timeout;
    private final LongSupplier nanos;
    /** By shard, because one may be without a replica and others not: when it is waited for again. */
    private final Map<String, Long> notBefore = new ConcurrentHashMap<>();

    Confirmations(RedissonClient redisson, RedisConfig config, LongSupplier nanos) {
        this.redisson = redisson;
        this.possible = config.topology().failsOver();
        this.timeout = config.timeout();
        this.nanos = nanos;
    }

    private boolean wanted(String shard) {
        Long earliest = notBefore.get(shard);
        return possible && (earliest == null || nanos.getAsLong() - earliest >= 0);
    }

    /**
     * Runs one command; the answer comes when a replica has it, or has had its time. Never repeated, see {@link #once}.
     *
     * @param shard what keys of the same shard have in common
     */
    <T> CompletionStage<T> of(String shard, Function<RBatch, ? extends CompletionStage<T>> command) {
        return run(shard, wanted(shard), command);
    }

    /**
     * Runs one command. Redisson does not repeat it for want of an answer: what was done and not answered would answer
     * the second time that there was nothing to do.
     */
    <T> CompletionStage<T> once(Function<RBatch, ? extends CompletionStage<T>> command) {
        return run("", false, command);
    }

    private <T> CompletionStage<T> run(String shard, boolean confirmed,
                                       Function<RBatch, ? extends CompletionStage<T>> command) {
        long millis = Math.max(timeout.minus(PATIENCE).toMillis(), timeout.toMillis() / 2);
        BatchOptions once = BatchOptions.defaults().retryAttempts(0).responseTimeout(millis, TimeUnit.MILLISECONDS);
        RBatch batch = redisson.createBatch(confirmed ? once.sync(1, PATIENCE) : once);
        CompletionStage<T> answer = command.apply(batch);
        return batch.executeAsync().thenCombine(answer, (result, value) -> {
            if (confirmed && result.getSyncedSlaves() == 0) {
                notBefore.put(shard, nanos.getAsLong() + AFTER_NONE.toNanos());
            }
            return value;
        });
    }
}
