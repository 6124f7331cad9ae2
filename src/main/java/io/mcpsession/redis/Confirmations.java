package io.mcpsession.redis;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RedissonClient;

/**
 * Has a replica acknowledge what must not be lost, by Redis's WAIT on the connection that wrote it. That is no promise,
 * since another replica may become primary, but it narrows the window from the lag of replication to almost nothing.
 */
final class Confirmations {

    private static final Duration PATIENCE = Duration.ofMillis(200);
    /** Without a replica that listens, each would wait in vain. */
    private static final Duration AFTER_NONE = Duration.ofSeconds(5);

    private final RedissonClient redisson;
    private final boolean possible;
    private final LongSupplier nanos;
    private volatile long notBefore;

    Confirmations(RedissonClient redisson, Topology topology, LongSupplier nanos) {
        this.redisson = redisson;
        this.possible = topology.failsOver();
        this.nanos = nanos;
        this.notBefore = nanos.getAsLong();
    }

    boolean wanted() {
        return possible && nanos.getAsLong() - notBefore >= 0;
    }

    /** Runs one command; the answer comes when a replica has it, or has had its time. */
    <T> CompletionStage<T> of(Function<RBatch, ? extends CompletionStage<T>> command) {
        RBatch batch = redisson.createBatch(wanted()
                ? BatchOptions.defaults().sync(1, PATIENCE)
                : BatchOptions.defaults());
        CompletionStage<T> answer = command.apply(batch);
        return batch.executeAsync().thenCombine(answer, (result, value) -> {
            if (result.getSyncedSlaves() == 0) {
                notBefore = nanos.getAsLong() + AFTER_NONE.toNanos();
            }
            return value;
        });
    }
}
