package io.mcpsession.session;

/**
 * Keeps the number of all sessions about where the store's memory allows it. The count is some seconds old, so a rush
 * may overshoot by what they bring; the limit of each user is exact.
 */
public final class SessionCeiling {

    private final long total;
    private volatile long living;

    public SessionCeiling(long total) {
        this.total = total;
    }

    /** Told now and then how many sessions are alive. */
    public void update(long count) {
        living = count;
    }

    /** How many sessions were alive when last counted. */
    public long living() {
        return living;
    }

    /**
     * @throws SessionLimitException when there may be no more
     */
    void check() {
        if (reached()) {
            throw new SessionLimitException(SessionLimitException.Scope.TOTAL);
        }
    }

    boolean reached() {
        return living >= total;
    }
}
