package io.mcpsession.mcp.schema;

import jakarta.json.JsonValue;

/** What one value may look like. */
@FunctionalInterface
interface Shape {

    /**
     * The value as it may be said: itself where nothing is wrong with it.
     *
     * @param findings told what was left out, and why
     * @return null when nothing of it may be said
     */
    JsonValue fit(JsonValue value, Findings findings);

    /** Whether {@code null} is a value here, and not the same as nothing. */
    default boolean takesNull() {
        return false;
    }
}
