package io.mcpsession.connection;

import io.helidon.common.buffers.DataReader;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * What comes on one connection, taken so that others have their turn. Connections are served by virtual threads, which have
 * no time slices: one that never waits, because its client always has more to say, keeps its processor, and as many of them
 * as there are processors keep everybody else from being served. Used by one thread at a time.
 *
 * <p>It parks, because {@link Thread#yield} is not enough: the JDK (25) puts a thread that yields back into the queue of
 * its own processor when that holds another, and looks for threads that became ready elsewhere, such as whoever has just
 * connected, only when it is empty. Two that yield to each other keep all others waiting for ever. A thread whose park
 * is over comes back among the latter.
 */
public final class YieldingReader implements Supplier<byte[]> {

    /** How long a thread may run before others have their turn; also how long each of them waits for one such thread. */
    private static final long SLICE = Duration.ofMillis(1).toNanos();
    /** Long enough for the processor to look for others. */
    private static final long PAUSE = Duration.ofNanos(50_000).toNanos();
    /** A read that takes longer has waited, and others had their turn. */
    private static final long WAITED = Duration.ofNanos(50_000).toNanos();

    private final DataReader source;
    private long began = System.nanoTime();

    public YieldingReader(DataReader source) {
        this.source = source;
    }

    /**
     * Waits for bytes.
     *
     * @throws DataReader.InsufficientDataAvailableException at the end
     */
    @Override
    public byte[] get() {
        yieldIfDue();
        long before = System.nanoTime();
        source.ensureAvailable();
        byte[] bytes = source.readBuffer().readBytes();
        long now = System.nanoTime();
        if (now - before > WAITED) {
            began = now;
        }
        return bytes;
    }

    /** To be called often by whoever does much with bytes that it has already. */
    public void yieldIfDue() {
        if (System.nanoTime() - began >= SLICE) {
            LockSupport.parkNanos(PAUSE);
            began = System.nanoTime();
        }
    }
}
