package io.mcpsession.jsonrpc;

import java.util.function.LongConsumer;

/**
 * How much one JSON text may become. A text of a few megabytes can hold a million values, and each takes tens or hundreds
 * of bytes of memory however short its text is, so its length alone bounds nothing.
 *
 * @param values most values: objects, arrays, strings, numbers and literals, each counted wherever it stands
 * @param memory told of the bytes of memory that the values take, about, before they are made; what takes a few kilobytes is
 *               not told of. May throw {@link io.mcpsession.limit.BudgetExhaustedException}
 */
public record JsonLimits(int values, LongConsumer memory) {

    /** What no message for a model comes near. */
    public static final int USUAL_VALUES = 100_000;
    /** Most that a setting may allow. */
    public static final int MOST_VALUES = 10_000_000;

    public static final JsonLimits USUAL = ofValues(USUAL_VALUES);
    /** Of what this program wrote: parts of messages that were read within limits of their own. */
    static final JsonLimits WRITTEN = ofValues(MOST_VALUES);

    public static JsonLimits ofValues(int values) {
        return new JsonLimits(values, _ -> { });
    }

    public JsonLimits heldBy(LongConsumer budget) {
        return new JsonLimits(values, budget);
    }
}
