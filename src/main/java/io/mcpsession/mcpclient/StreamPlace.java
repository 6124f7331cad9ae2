package io.mcpsession.mcpclient;

import java.time.Duration;

/** How far a stream was read that may be taken up again (2025-11-25, Transports, Resumability). For one thread. */
public final class StreamPlace {

    private static final Duration USUAL_RETRY = Duration.ofSeconds(1);
    private static final long LONGEST_RETRY_MILLIS = 10_000;

    private String lastId = "";
    private Duration retry;

    /** The beginning of a stream. */
    public StreamPlace() {
        this(USUAL_RETRY);
    }

    /**
     * @param retry how long to wait before coming back where the server does not say
     */
    StreamPlace(Duration retry) {
        this.retry = retry;
    }

    /** An event was complete. */
    void reached(String id) {
        lastId = id;
    }

    void retryAfter(long millis) {
        retry = Duration.ofMillis(Math.min(millis, LONGEST_RETRY_MILLIS));
    }

    /** Id of the newest event; empty while none can be gone on from. */
    String lastId() {
        return lastId;
    }

    /** How long the server wants a client to wait before it comes back. */
    public Duration retry() {
        return retry;
    }
}
