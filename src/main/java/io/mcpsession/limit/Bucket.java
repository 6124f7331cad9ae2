package io.mcpsession.limit;

/**
 * One replica's share of one caller's bucket. Serves from what it has taken and, up to a batch, on credit: so no request
 * waits for the shared bucket, and a caller who comes seldom never causes a look at it. Thread-safe.
 */
final class Bucket {

    /** What a caller is told to wait while the shared bucket has not answered yet. */
    private static final long SOON = 1000;

    /** Milliseconds after which a shared bucket that has not answered is taken for one that does not. */
    private static final long PATIENCE = 100;

    private final Rate rate;
    private final int batch;
    private int permits;
    private boolean asking;
    private long askedAt;
    private long closedUntil;
    private double own;
    private long ownAt;

    Bucket(Rate rate, long now) {
        this.rate = rate;
        this.batch = rate.batch();
        this.own = rate.burst();
        this.ownAt = now;
    }

    /**
     * What becomes of one request.
     *
     * @param waitMillis 0 when it may pass
     * @param ask        how many permits to ask the shared bucket for; 0 for none
     */
    record Decision(long waitMillis, int ask) {
    }

    synchronized Decision take(long now) {
        if (now < closedUntil) {
            return new Decision(closedUntil - now, 0);
        }
        boolean served = permits > -batch;
        if (served) {
            permits--;
        } else if (asking && now - askedAt >= PATIENCE) {
            // That Redis is slow is no fault of the caller's.
            served = takeOwn(1, now) > 0;
        }
        int wanted = asking || permits > -batch / 2 ? 0 : batch - permits;
        if (wanted > 0) {
            asking = true;
            askedAt = now;
        }
        return new Decision(served ? 0 : SOON, wanted);
    }

    /** The shared bucket's answer. */
    synchronized void answered(long answer, long now) {
        asking = false;
        if (answer > 0) {
            permits += (int) answer;
        } else {
            closedUntil = now - answer;
        }
    }

    /** The shared bucket gave no answer: this replica goes by a whole bucket of its own. */
    synchronized void alone(int wanted, long now) {
        int taken = takeOwn(wanted, now);
        answered(taken > 0 ? taken : -(long) Math.ceil((1 - own) * 1000 / rate.perSecond()), now);
    }

    private int takeOwn(int wanted, long now) {
        own = Math.min(rate.burst(), own + Math.max(0, now - ownAt) * rate.perSecond() / 1000.0);
        ownAt = now;
        int taken = (int) Math.min(wanted, own);
        own -= taken;
        return taken;
    }
}
