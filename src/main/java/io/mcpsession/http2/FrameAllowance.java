package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * How much of one connection may be frames that only make work (RFC 9113, section 10.5): SETTINGS, PING, PRIORITY,
 * WINDOW_UPDATE, empty DATA, CONTINUATION, resets of what is over, types that are not known; and requests that are given up,
 * be it that the client makes the server give them up. Whoever sends more loses this connection alone.
 *
 * <p>What goes with real traffic is always allowed: a client measures its way with a PING for an answer that it reads, and
 * gives room for it. Used by the thread that reads, but for {@link #answered}.
 */
final class FrameAllowance {

    /** Such frames at once. */
    static final int MOST = 2000;
    /** For each request and each frame of an answer; Envoy allows as many updates of windows for a frame. */
    static final int FOR_TRAFFIC = 10;
    static final int PER_SECOND = 200;
    /** Requests given up in a period where nobody says how many. */
    private static final int MOST_RESETS = 10_000;

    private final int resets;
    private final long period;
    private final LongSupplier nanos;
    private final AtomicInteger left = new AtomicInteger(MOST);
    private long refilled;
    private long periodBegan;
    private int resetsInPeriod;

    /**
     * @param resets most requests given up in a period; -1 for 10,000
     * @param nanos  monotonic time
     */
    FrameAllowance(int resets, Duration period, LongSupplier nanos) {
        this.resets = resets < 0 ? MOST_RESETS : resets;
        this.period = period.toNanos();
        this.nanos = nanos;
        this.refilled = nanos.getAsLong();
        this.periodBegan = refilled;
    }

    /** A frame has come that carries no request and nothing of one. */
    void take(Frame frame) {
        if (left.getAndDecrement() > 0) {
            return;
        }
        long now = nanos.getAsLong();
        long more = Math.min(MOST, (now - refilled) / (Duration.ofSeconds(1).toNanos() / PER_SECOND));
        if (more < 1) {
            throw tooMuch("too many frames of type " + frame.type());
        }
        refilled = now;
        left.set((int) more - 1);
    }

    /** A request has come. */
    void asked() {
        more();
    }

    /** A frame of an answer goes out. Called by whichever thread writes it. */
    void answered() {
        more();
    }

    private void more() {
        if (left.get() < MOST) {
            left.addAndGet(FOR_TRAFFIC);
        }
    }

    /** A request is given up before it was answered. */
    void givenUp() {
        long now = nanos.getAsLong();
        if (now - periodBegan > period) {
            periodBegan = now;
            resetsInPeriod = 0;
        }
        if (++resetsInPeriod > resets) {
            throw tooMuch("too many requests are given up");
        }
    }

    private static Http2Exception tooMuch(String why) {
        return new Http2Exception(Http2ErrorCode.ENHANCE_YOUR_CALM, why);
    }
}
