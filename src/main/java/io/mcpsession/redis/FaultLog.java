package io.mcpsession.redis;

import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.redisson.RedissonShutdownException;

/** One line for each kind of fault when it begins and every half minute it lasts, and one when it is over. */
final class FaultLog {

    private static final Logger LOG = System.getLogger(FaultLog.class.getName());
    private static final Duration AGAIN = Duration.ofSeconds(30);
    /** Between two failures of the same fault; nothing for this long, and answers meanwhile, say that it is over. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final LongSupplier nanos;
    private final Map<RedisFault, Lasting> lasting = new ConcurrentHashMap<>();

    private static final class Lasting {
        private final long since;
        private final AtomicLong told;
        private final AtomicLong calls = new AtomicLong();
        private volatile long last;

        private Lasting(long now) {
            this.since = now;
            this.told = new AtomicLong(now);
            this.last = now;
        }
    }

    FaultLog(LongSupplier nanos) {
        this.nanos = nanos;
    }

    void failed(RedisFault fault, String command, String message) {
        long now = nanos.getAsLong();
        boolean[] begun = {false};
        Lasting one = lasting.computeIfAbsent(fault, _ -> {
            begun[0] = true;
            return new Lasting(now);
        });
        one.last = now;
        one.calls.incrementAndGet();
        long told = one.told.get();
        if (begun[0] || now - told > AGAIN.toNanos() && one.told.compareAndSet(told, now)) {
            LOG.log(Level.WARNING, fault.advice() + " fault=" + fault.label() + " command=" + command + " calls="
                    + one.calls.get() + ": " + message);
        }
    }

    private static String below(Throwable failure) {
        return failure.getCause() == null ? "" : " (" + failure.getCause().getClass().getName() + ")";
    }

    /**
     * What callers get for a failure. Without its cause, whose message holds what is cut off here: whoever logs an exception
     * logs its causes.
     */
    StoreUnavailableException unavailable(String command, Throwable thrown) {
        Throwable failure = ScriptExecutor.unwrapped(thrown);
        if (failure instanceof StoreUnavailableException unavailable) {
            return unavailable;
        }
        if (failure instanceof InterruptedException || failure instanceof RedissonShutdownException) {
            return new StoreUnavailableException("the wait for Redis was ended", null);
        }
        String told = RedisFault.told(failure);
        RedisFault fault = RedisFault.of(failure);
        failed(fault, command, told);
        String message = "Redis failed: " + fault.advice() + ": " + failure.getClass().getSimpleName() + ": " + told
                + below(failure);
        return fault == RedisFault.WRONG_TYPE ? new WrongTypeException(message)
                : new StoreUnavailableException(message, null);
    }

    void answered() {
        if (lasting.isEmpty()) {
            return;
        }
        long now = nanos.getAsLong();
        lasting.forEach((fault, one) -> {
            if (now - one.last > QUIET.toNanos() && lasting.remove(fault, one)) {
                LOG.log(Level.INFO, "over: " + fault.advice() + " fault=" + fault.label() + " calls=" + one.calls.get()
                        + " lasted_ms=" + Duration.ofNanos(one.last - one.since).toMillis());
            }
        });
    }
}
