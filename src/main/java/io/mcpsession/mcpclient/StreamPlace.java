package io.mcpsession.mcpclient;

import java.time.Duration;

/** How far the GET stream of a session was read (2025-11-25, Transports, Resumability). For one thread. */
public final class StreamPlace {

    private static final long DEFAULT_RETRY_MILLIS = 1_000;
    private static final long LONGEST_RETRY_MILLIS = 10_000;

    private String lastId = "";
    private long retryMillis = DEFAULT_RETRY_MILLIS;

    void reached(EventReader events) {
        if (!events.lastId().isEmpty()) {
            lastId = events.lastId();
        }
        events.retryMillis().ifPresent(millis -> retryMillis = millis);
    }

    /** Id of the newest event; empty while there was none. */
    String lastId() {
        return lastId;
    }

    /** How long the server wants a client to wait before it comes back. */
    public Duration retry() {
        return Duration.ofMillis(Math.clamp(retryMillis, 0, LONGEST_RETRY_MILLIS));
    }
}
