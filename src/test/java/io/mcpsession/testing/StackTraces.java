package io.mcpsession.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What all threads of this process are doing, virtual ones as well. */
public final class StackTraces {

    private StackTraces() {
    }

    /**
     * How many stack frames there are of a method.
     *
     * @param method its class with the package and its name, with a dot between them
     * @throws AssertionError when there is no such method
     */
    public static long within(String method) {
        mustExist(method);
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

    /** A method that was renamed would have no frames for ever, which is what most tests wait for. */
    private static void mustExist(String method) {
        int dot = method.lastIndexOf('.');
        try {
            Class<?> owner = Class.forName(method.substring(0, dot), false, StackTraces.class.getClassLoader());
            if (Stream.of(owner.getDeclaredMethods()).noneMatch(it -> it.getName().equals(method.substring(dot + 1)))) {
                throw new AssertionError("there is no method " + method);
            }
        } catch (ClassNotFoundException e) {
            throw new AssertionError("there is no class of " + method, e);
        }
    }
}
