package io.mcpsession.handler;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Optional;

/**
 * What a tool run gives.
 *
 * @param content    content blocks
 * @param structured the same as a JSON object; empty when the tool has no output schema
 * @param error      whether the run failed
 */
public record ToolResult(JsonArray content, Optional<JsonObject> structured, boolean error) {

    /** Blocks made by {@link Content}. */
    public static ToolResult of(JsonObject... blocks) {
        return new ToolResult(Content.array(blocks), Optional.empty(), false);
    }

    public static ToolResult text(String text) {
        return of(Content.text(text));
    }

    /** Structured content, with its JSON as text beside it for clients that know no other. */
    public static ToolResult structured(JsonObject value) {
        return new ToolResult(Content.array(Content.text(value.toString())), Optional.of(value), false);
    }

    /** A failed run, told so that the model can act on it. */
    public static ToolResult failure(String message) {
        return new ToolResult(Content.array(Content.text(message)), Optional.empty(), true);
    }

    public JsonObject json() {
        JsonObjectBuilder json = Json.object().add("content", content);
        structured.ifPresent(value -> json.add("structuredContent", value));
        if (error) {
            json.add("isError", true);
        }
        return json.build();
    }
}
