package io.mcpsession.http2;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ends of answers that the client of one connection has no room for yet (RFC 9113, section 5.2), where they are short,
 * as those of refusals are: they wait here, and no thread with them. Thread-safe.
 */
final class UnsentAnswers {

    /** Of one answer, in bytes; longer ones are waited for by who writes them. */
    static final int LONGEST = 4096;
    /** Of all on one connection, in bytes. */
    private static final int MOST = 64 * 1024;

    private final SendWindows windows;
    private final Map<Integer, byte[]> waiting = new LinkedHashMap<>();
    private int bytes;

    UnsentAnswers(SendWindows windows) {
        this.windows = windows;
    }

    /** Keeps one until there is room for it; false when too many are kept. */
    synchronized boolean keep(int stream, byte[] content) {
        if (bytes + content.length > MOST) {
            return false;
        }
        waiting.put(stream, content);
        bytes += content.length;
        return true;
    }

    /** Those that there is room for by now, by their streams; they are kept no longer. */
    synchronized Map<Integer, byte[]> takeFitting() {
        if (waiting.isEmpty()) {
            return Map.of();
        }
        Map<Integer, byte[]> fitting = new HashMap<>();
        waiting.entrySet().removeIf(answer -> {
            boolean over = !windows.isOpen(answer.getKey());
            boolean fits = !over && windows.takeAll(answer.getKey(), answer.getValue().length);
            if (fits) {
                fitting.put(answer.getKey(), answer.getValue());
            }
            bytes -= over || fits ? answer.getValue().length : 0;
            return over || fits;
        });
        return fitting;
    }
}
