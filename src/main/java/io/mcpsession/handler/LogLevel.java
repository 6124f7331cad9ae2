package io.mcpsession.handler;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Levels of a log message, least severe first (RFC 5424, section 6.2.1). */
public enum LogLevel {
    DEBUG, INFO, NOTICE, WARNING, ERROR, CRITICAL, ALERT, EMERGENCY;

    /** As the protocol writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The level so written; empty when there is none. */
    public static Optional<LogLevel> of(String text) {
        return Stream.of(values()).filter(level -> level.text().equals(text)).findFirst();
    }
}
