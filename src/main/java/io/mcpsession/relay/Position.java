package io.mcpsession.relay;

import java.util.Comparator;

/**
 * A place in the bus's log.
 *
 * @param millis   when its event was written, by the store's clock
 * @param sequence which of that millisecond
 */
public record Position(long millis, long sequence) implements Comparable<Position> {

    private static final Comparator<Position> ORDER =
            Comparator.comparingLong(Position::millis).thenComparingLong(Position::sequence);

    /**
     * @param text as {@link #text()} writes it
     * @throws NumberFormatException for any other text
     */
    public static Position parse(String text) {
        int dash = text.indexOf('-');
        return new Position(Long.parseLong(text, 0, Math.max(dash, 0), 10),
                Long.parseLong(text, dash + 1, text.length(), 10));
    }

    public String text() {
        return millis + "-" + sequence;
    }

    @Override
    public int compareTo(Position other) {
        return ORDER.compare(this, other);
    }
}
