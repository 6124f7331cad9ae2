package io.mcpsession.ops;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** Readable lines: time, level, logger, message; an exception follows in lines of its own. Made by the LogManager. */
public final class TextLogFormatter extends Formatter {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
    private static final int LEVEL_WIDTH = 7;

    @Override
    public String format(LogRecord logged) {
        String level = logged.getLevel().getName();
        return TIME.format(logged.getInstant()) + ' ' + level + " ".repeat(Math.max(0, LEVEL_WIDTH - level.length()))
                + ' ' + LogText.escaped(String.valueOf(logged.getLoggerName())) + "  "
                + LogText.escaped(String.valueOf(formatMessage(logged))) + LogTrace.of(logged.getThrown()) + '\n';
    }
}
