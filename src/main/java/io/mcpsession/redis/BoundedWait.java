package io.mcpsession.redis;

import io.netty.util.Timeout;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.connection.ServiceManager;

/**
 * Waits for answers, and no longer than each may take. The bound is kept by Redisson's timer: a virtual thread that waits
 * with a time-out of its own costs a fifth of what a request costs in all, because the JDK wakes a thread to set the alarm
 * and once more to take it back.
 */
final class BoundedWait {

    private final ServiceManager redisson;

    BoundedWait(RedissonClient redisson) {
        this.redisson = ((Redisson) redisson).getServiceManager();
    }

    /**
     * Waits; cancels what did not answer.
     *
     * @param nanos at most so long, up to a tick of the timer more, which is a tenth of a second
     */
    <T> T until(CompletableFuture<T> future, long nanos) throws ExecutionException, InterruptedException, TimeoutException {
        Timeout alarm = redisson.newTimeout(_ -> future.cancel(true), nanos, TimeUnit.NANOSECONDS);
        try {
            return future.get();
        } catch (CancellationException e) {
            if (alarm.isExpired()) {
                throw new TimeoutException("no answer within " + Duration.ofNanos(nanos));
            }
            throw e;
        } catch (InterruptedException e) {
            // By the timer as well: this may be a virtual thread, and those have to come by the Entrance.
            redisson.newTimeout(_ -> future.cancel(true), 0, TimeUnit.NANOSECONDS);
            throw e;
        } finally {
            alarm.cancel();
        }
    }
}
