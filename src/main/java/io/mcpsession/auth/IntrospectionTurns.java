package io.mcpsession.auth;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How many questions an issuer is asked at a time. Anybody can send tokens that are none, so those that were good a while
 * ago have turns of their own, and the others are bounded for each address too. Thread-safe.
 */
final class IntrospectionTurns {

    private static final int KNOWN = 32;
    private static final int UNKNOWN = 32;
    private static final int OF_ONE_ADDRESS = 8;
    /** Of those whose address nobody tells, such as those that a proxy asks about. */
    private static final int OF_NO_ADDRESS = 16;
    /** Those of one address that wait for a turn, the ones that have one included. */
    private static final int IN_LINE = 64;

    private final Semaphore known = new Semaphore(KNOWN, true);
    private final Semaphore unknown = new Semaphore(UNKNOWN, true);
    private final ConcurrentMap<String, Line> lines = new ConcurrentHashMap<>();
    private final long patience;

    /**
     * @param patience longest wait for a turn
     */
    IntrospectionTurns(Duration patience) {
        this.patience = patience.toNanos();
    }

    /** Those of one address. Changed only while the map's entry is. */
    private static final class Line {

        private final Semaphore turns;
        private int length;

        Line(String address) {
            turns = new Semaphore(address.isEmpty() ? OF_NO_ADDRESS : OF_ONE_ADDRESS, true);
        }
    }

    /**
     * Asks about a token that was good a while ago.
     *
     * @throws UncheckableTokenException when there is no turn in time
     */
    <T> T ofKnown(Supplier<T> question) {
        return during(known, question, new UncheckableTokenException("too many tokens to ask about"));
    }

    /**
     * Asks about any other.
     *
     * @param address where it comes from; empty when that is not known
     * @throws TooManyUnknownTokensException when too many come from there
     * @throws UncheckableTokenException     when there is no turn in time
     */
    <T> T ofUnknown(String address, Supplier<T> question) {
        Line line = lines.compute(address, (_, there) -> {
            Line joined = there == null ? new Line(address) : there;
            if (joined.length >= IN_LINE) {
                throw new TooManyUnknownTokensException();
            }
            joined.length++;
            return joined;
        });
        try {
            return during(line.turns, () -> during(unknown, question,
                    new UncheckableTokenException("too many tokens to ask about")), new TooManyUnknownTokensException());
        } finally {
            lines.compute(address, (_, there) -> --line.length == 0 ? null : there);
        }
    }

    private <T> T during(Semaphore turns, Supplier<T> question, UncheckableTokenException otherwise) {
        try {
            if (!turns.tryAcquire(patience, TimeUnit.NANOSECONDS)) {
                throw otherwise;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw otherwise;
        }
        try {
            return question.get();
        } finally {
            turns.release();
        }
    }
}
