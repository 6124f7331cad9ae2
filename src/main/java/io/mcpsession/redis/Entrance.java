package io.mcpsession.redis;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.redisson.api.RedissonClient;

/**
 * Lets virtual threads into Redisson one at a time.
 *
 * <p>Redisson 4.7.0 hands out its connections in a loop that goes round for as long as somebody has announced that he
 * wants one and has not queued up yet (AsyncSemaphore, FastRemovalQueue; mended upstream, redisson#7285, in no release).
 * A virtual thread that goes round there keeps its processor, and where it keeps the last one, whoever it waits for never
 * gets on: the process hangs for good. Threads of the system lose their processor now and then, so they need no entrance.
 */
final class Entrance {

    private final RedissonClient redisson;

    Entrance(RedissonClient redisson) {
        this.redisson = redisson;
    }

    /** Begins a command; by the time this returns it waits for nothing but Redis. */
    <T> CompletionStage<T> enter(Supplier<? extends CompletionStage<T>> command) {
        if (!Thread.currentThread().isVirtual()) {
            return command.get();
        }
        // The lock is the client itself, since all who share it share its connections.
        synchronized (redisson) {
            return command.get();
        }
    }
}
