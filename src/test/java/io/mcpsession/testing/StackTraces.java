package io.mcpsession.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What all threads of this process are doing, virtual ones as well. */
public final class StackTraces {

    private StackTraces() {
    }

    /**
     * How many stack frames there are of a method.
     *
     * @param method its class and its name, with a dot between them
     */
    public static long within(String method) {
        try {
            Path folder = Files.createTempDirectory("threads");
            Path dump = folder.resolve("dump");
            try {
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
                return Files.readString(dump).lines().filter(line -> line.contains(method + "(")).count();
            } finally {
                Files.deleteIfExists(dump);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
