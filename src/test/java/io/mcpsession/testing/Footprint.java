package io.mcpsession.testing;

import java.lang.management.ManagementFactory;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.is;

/**
 * What this process holds.
 *
 * @param threads platform threads
 * @param heap    bytes that are left after a collection
 */
public record Footprint(int threads, long heap) {

    private static final int FEW_THREADS = 10;
    private static final long LITTLE_HEAP = 48L << 20;

    public static Footprint now() {
        System.gc();
        return new Footprint(Thread.activeCount(), ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    /** Waits until the process is back to what it held then, but for what pools and caches may keep. */
    public Footprint awaitReturn() {
        eventually(() -> {
            Footprint now = now();
            return now.threads < threads + FEW_THREADS && now.heap < heap + LITTLE_HEAP ? "back" : now + " after " + this;
        }, is("back"));
        return now();
    }

    @Override
    public String toString() {
        return threads + " threads and " + (heap >> 20) + " MB";
    }
}
