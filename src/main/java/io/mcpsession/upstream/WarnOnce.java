package io.mcpsession.upstream;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says each thing that is wrong with one server once: lists are read again and again, and results come by the thousand.
 * What it says may quote that server, which must not write lines of its own into the log.
 */
final class WarnOnce {

    private static final int MOST = 500;
    private static final int LONGEST = 500;

    private final Logger log;
    private final String prefix;
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean full = new AtomicBoolean();

    WarnOnce(Logger log, String prefix) {
        this.log = log;
        this.prefix = prefix;
    }

    void warn(String what) {
        if (said.size() >= MOST) {
            if (full.compareAndSet(false, true)) {
                log.log(Level.WARNING, () -> prefix + "there is more of this kind, which is no longer logged");
            }
            return;
        }
        String line = printable(what);
        if (said.add(line)) {
            log.log(Level.WARNING, () -> prefix + line);
        }
    }

    /** On one line, without what a terminal would obey, and not longer than anybody would read. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                     Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE ->
                        printable.append("\\u").append(String.format("%04x", c));
                default -> printable.appendCodePoint(c);
            }
        });
        return text.codePointCount(0, text.length()) > LONGEST ? printable + "..." : printable.toString();
    }
}
