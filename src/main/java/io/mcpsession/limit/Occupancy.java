package io.mcpsession.limit;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of something is taken at a time: by each holder up to a limit, so that nobody takes it from the others, and
 * by all together up to another. Thread-safe; forgets holders that hold nothing.
 */
public final class Occupancy {

    private final long mostOfOne;
    private final long mostOfAll;
    private final ConcurrentMap<String, Long> held = new ConcurrentHashMap<>();
    private final AtomicLong all = new AtomicLong();

    public Occupancy(long mostOfOne, long mostOfAll) {
        this.mostOfOne = mostOfOne;
        this.mostOfAll = mostOfAll;
    }

    /** Whose limit it was. */
    public enum Scope {
        HOLDER, ALL
    }

    /**
     * Takes so much for a holder.
     *
     * @return empty when it is taken, to be given back; else what was in the way, and nothing is taken
     */
    public Optional<Scope> take(String holder, long amount) {
        if (all.addAndGet(amount) > mostOfAll) {
            all.addAndGet(-amount);
            return Optional.of(Scope.ALL);
        }
        if (add(holder, amount) > mostOfOne) {
            give(holder, amount);
            return Optional.of(Scope.HOLDER);
        }
        return Optional.empty();
    }

    /** The same whatever the limits say, for little that must be. */
    public void force(String holder, long amount) {
        all.addAndGet(amount);
        add(holder, amount);
    }

    private long add(String holder, long amount) {
        return held.merge(holder, amount, Long::sum);
    }

    /** Gives back what was taken. */
    public void give(String holder, long amount) {
        all.addAndGet(-amount);
        // Made of no lambda that holds the amount: requests begin and end by the thousand.
        held.merge(holder, -amount, Occupancy::sumOrNone);
    }

    private static Long sumOrNone(long had, long more) {
        return had + more == 0 ? null : Long.valueOf(had + more);
    }

    /** How much is taken in all. */
    public long all() {
        return all.get();
    }

    /** How much one holds. */
    public long of(String holder) {
        return held.getOrDefault(holder, 0L);
    }
}
