package io.mcpsession.ops;

import io.helidon.health.HealthCheck;
import io.helidon.health.HealthCheckResponse;
import io.helidon.health.HealthCheckType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * The way out, while all sockets still accept: no longer ready, a while for balancers to notice, streams end, calls in
 * flight finish. Whoever closes the listeners afterwards cuts off nobody. Thread-safe.
 *
 * <p>The wait for calls cannot be left to Helidon 4.5.0: on an HTTP/2 connection with calls in flight its listeners
 * answer the next frame of the client with GOAWAY for stream 0, which fails them all (read in Http2Connection).
 */
public final class Drain implements HealthCheck, AutoCloseable {

    private static final Logger LOG = System.getLogger(Drain.class.getName());
    private static final Duration LONGEST_STEP = Duration.ofSeconds(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Limits limits;
    private final List<Runnable> leave;
    private final List<Runnable> endStreams;
    private final IntSupplier inFlight;
    private volatile boolean draining;

    /**
     * @param delay   how long to go on as before after the server is known as not ready
     * @param timeout how long calls in flight may take after that
     */
    public record Limits(Duration delay, Duration timeout) {
    }

    /**
     * @param leave      tell the world that this replica is going; a second is what they get, together
     * @param endStreams end, politely, what would go on for ever; the same
     * @param inFlight   how many calls are being served
     */
    public Drain(Limits limits, List<Runnable> leave, List<Runnable> endStreams, IntSupplier inFlight) {
        this.limits = limits;
        this.leave = leave;
        this.endStreams = endStreams;
        this.inFlight = inFlight;
    }

    /** Returns when nothing is in flight any more, or when patience is over. */
    @Override
    public void close() {
        long begin = System.nanoTime();
        draining = true;
        run(leave);
        LOG.log(Level.INFO, () -> "draining delay_ms=" + limits.delay().toMillis() + " in_flight="
                + inFlight.getAsInt());
        pause(limits.delay());
        run(endStreams);
        long until = System.nanoTime() + limits.timeout().toNanos();
        while (inFlight.getAsInt() > 0 && System.nanoTime() < until) {
            pause(LOOK_AGAIN);
        }
        int left = inFlight.getAsInt();
        LOG.log(left > 0 ? Level.WARNING : Level.INFO, () -> "drained took_ms="
                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " left=" + left);
    }

    /**
     * Each on a thread of its own, and waited for no longer than a second in all: steps write to clients, and one that
     * does not read must not make this process be killed half way.
     */
    private static void run(List<Runnable> steps) {
        CountDownLatch done = new CountDownLatch(steps.size());
        steps.forEach(step -> Thread.ofVirtual().name("drain").start(() -> {
            try {
                step.run();
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "a step of the drain failed", e);
            } finally {
                done.countDown();
            }
        }));
        try {
            if (!done.await(LONGEST_STEP.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(Level.WARNING, () -> "drain goes on without waiting any longer steps_left=" + done.getCount());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public HealthCheckType type() {
        return HealthCheckType.READINESS;
    }

    @Override
    public String name() {
        return "drain";
    }

    /** Not ready from the first moment on. */
    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.builder().status(!draining).build();
    }
}
