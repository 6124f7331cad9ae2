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
     * Runs the tool.
     *
     * @param arguments as the client sent them; empty when it sent none
     * @throws ToolException when the model should be told what to do differently
     */
    ToolResult call(Call call, Arguments arguments);
}
