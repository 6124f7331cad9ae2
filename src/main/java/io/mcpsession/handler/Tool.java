package io.mcpsession.handler;

import jakarta.json.JsonObject;

/** One tool. Built once at start; must be thread-safe. */
public interface Tool {

    ToolDescription description();

    /** The same as {@code tools/list} says it. */
    default JsonObject json() {
        return description().json();
    }

    /**
     * Whether another server reads what a client sends with a further round of a call ({@link Call#continuation}); then
     * it is that server's to judge.
     */
    default boolean passesRoundsOn() {
        return false;
    }

    /**
     * Runs the tool.
     *
     * @param arguments as the client sent them; empty when it sent none
     * @throws ToolException when the model should be told what to do differently
     */
    ToolResult call(Call call, Arguments arguments);
}
