package io.mcpsession.ops;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** A stack trace as the JVM writes it, but with messages that cannot pass for lines of their own. */
final class LogTrace {

    private static final int MOST_FRAMES = 100;
    private static final int MOST_CAUSES = 20;

    private LogTrace() {
    }

    /** Lines that each begin with a line break; empty without an exception. */
    static String of(Throwable thrown) {
        StringBuilder lines = new StringBuilder();
        if (thrown != null) {
            append(lines, "", "", thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
        }
        return lines.toString();
    }

    private static void append(StringBuilder lines, String indent, String title, Throwable thrown, Set<Throwable> seen) {
        if (!seen.add(thrown) || seen.size() > MOST_CAUSES) {
            return;
        }
        lines.append('\n').append(indent).append(title).append(LogText.escaped(thrown.toString()));
        StackTraceElement[] frames = thrown.getStackTrace();
        for (int frame = 0; frame < Math.min(frames.length, MOST_FRAMES); frame++) {
            lines.append('\n').append(indent).append("\tat ").append(LogText.escaped(frames[frame].toString()));
        }
        if (frames.length > MOST_FRAMES) {
            lines.append('\n').append(indent).append("\t... ").append(frames.length - MOST_FRAMES).append(" more");
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            append(lines, indent + "\t", "Suppressed: ", suppressed, seen);
        }
        if (thrown.getCause() != null) {
            append(lines, indent, "Caused by: ", thrown.getCause(), seen);
        }
    }
}
