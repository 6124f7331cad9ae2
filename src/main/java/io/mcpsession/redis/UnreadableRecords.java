package io.mcpsession.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Tells of what cannot be read in Redis: once, then once a minute with how many there were, and never what it is. */
final class UnreadableRecords {

    private static final Logger LOG = System.getLogger(UnreadableRecords.class.getName());
    private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

    private final String kind;
    private final LongSupplier nanos;
    private final AtomicLong found = new AtomicLong();
    private final AtomicLong next;

    /**
     * @param kind what they should be, for the log
     */
    UnreadableRecords(String kind, LongSupplier nanos) {
        this.kind = kind;
        this.nanos = nanos;
        this.next = new AtomicLong(nanos.getAsLong());
    }

    void found() {
        long count = found.incrementAndGet();
        long now = nanos.getAsLong();
        long due = next.get();
        if (now - due >= 0 && next.compareAndSet(due, now + AGAIN_NANOS)) {
            LOG.log(Level.WARNING, "what lies in Redis as " + kind + " cannot be read and counts as absent; does something"
                    + " else write there? found=" + count);
        }
    }
}
