package io.mcpsession.mcp;

import jakarta.json.JsonObject;

/**
 * Ends a round of a call with what a server behind this one asks. It is spoken to in the client's own era, so its
 * questions and its state go to the client unchanged, and come back to it with the next round.
 */
public final class InputRelayedException extends RuntimeException {

    private final transient JsonObject result;

    /**
     * @param result of the other server; its {@code resultType} is {@code input_required}
     */
    public InputRelayedException(JsonObject result) {
        super("input required", null, false, false);
        this.result = result;
    }

    JsonObject result() {
        return result;
    }
}
