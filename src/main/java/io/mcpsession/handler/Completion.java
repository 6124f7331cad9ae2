package io.mcpsession.handler;

import java.util.List;
import java.util.OptionalInt;

/**
 * Values suggested for an argument.
 *
 * @param values at most 100, the best first
 * @param total  how many there are altogether; empty when not known
 * @param more   whether there are more than these
 */
public record Completion(List<String> values, OptionalInt total, boolean more) {

    /** Most values of one answer (2025-11-25, Completion). */
    public static final int MOST = 100;

    public static final Completion NONE = of(List.of());

    public Completion {
        values = List.copyOf(values);
        if (values.size() > MOST) {
            throw new IllegalArgumentException("a completion has at most " + MOST + " values, was " + values.size());
        }
    }

    /** All the values there are; only the first of too many are kept. */
    public static Completion of(List<String> all) {
        return new Completion(all.stream().limit(MOST).toList(), OptionalInt.of(all.size()), all.size() > MOST);
    }
}
