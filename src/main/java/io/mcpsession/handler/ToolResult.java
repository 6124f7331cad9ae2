package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;

/**
 * What a tool run gives.
 *
 * @param json as the protocol writes it
 */
public record ToolResult(JsonObject json) {

    private static final String CONTENT = "content";
    private static final String ERROR = "isError";

    /** Blocks made by {@link Content}. */
    public static ToolResult of(JsonObject... blocks) {
        return new ToolResult(Json.object().add(CONTENT, Content.array(blocks)).build());
    }

    public static ToolResult text(String text) {
        return of(Content.text(text));
    }

    /** Structured content, with its JSON as text beside it for clients that know no other. */
    public static ToolResult structured(JsonObject value) {
        return structured(value.toString(), value);
    }

    /** Structured content, with a text beside it that tells a model the same. */
    public static ToolResult structured(String text, JsonObject value) {
        return new ToolResult(Json.object()
                .add(CONTENT, Content.array(Content.text(text)))
                .add("structuredContent", value)
                .build());
    }

    /** A failed run, told so that the model can act on it. */
    public static ToolResult failure(String message) {
        return new ToolResult(Json.object()
                .add(CONTENT, Content.array(Content.text(message)))
                .add(ERROR, true)
                .build());
    }
}
