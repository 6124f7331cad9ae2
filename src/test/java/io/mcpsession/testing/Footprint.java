package io.mcpsession.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.is;

/**
 * What this process holds.
 *
 * @param threads platform threads
 * @param virtual virtual threads
 * @param heap    bytes that are left after a collection
 */
public record Footprint(int threads, long virtual, long heap) {

    private static final int FEW_THREADS = 10;
    private static final long LITTLE_HEAP = 24L << 20;

    public static Footprint now() {
        System.gc();
        return new Footprint(Thread.activeCount(), virtualThreads(),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }

    /** No bean counts them; a dump lists them. */
    private static long virtualThreads() {
        try {
            Path folder = Files.createTempDirectory("threads");
            Path dump = folder.resolve("dump.txt");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
            try (Stream<String> lines = Files.lines(dump)) {
                return lines.filter(line -> line.startsWith("#") && line.contains("\" virtual ")).count();
            } finally {
                Files.delete(dump);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the process is back to what it held then, but for what pools and caches may keep. */
    public Footprint awaitReturn() {
        eventually(() -> {
            Footprint now = now();
            return now.threads < threads + FEW_THREADS && now.virtual < virtual + FEW_THREADS && now.heap < heap + LITTLE_HEAP ? "back" : now + " after " + this;
        }, is("back"));
        return now();
    }

    @Override
    public String toString() {
        return threads + " threads, " + virtual + " virtual ones and " + (heap >> 20) + " MB";
    }
}
