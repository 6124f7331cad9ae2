package io.mcpsession.mcp;

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

    public static ToolResult text(String text) {
        return new ToolResult(textBlock(text), Optional.empty(), false);
    }

    /** Structured content, with its JSON as text beside it for clients that know no other. */
    public static ToolResult structured(JsonObject value) {
        return new ToolResult(textBlock(value.toString()), Optional.of(value), false);
    }

    static ToolResult failure(String message) {
        return new ToolResult(textBlock(message), Optional.empty(), true);
    }

    private static JsonArray textBlock(String text) {
        return Json.array().add(Json.object().add("type", "text").add("text", text)).build();
    }

    JsonObject json() {
        JsonObjectBuilder json = Json.object().add("content", content);
        structured.ifPresent(value -> json.add("structuredContent", value));
        if (error) {
            json.add("isError", true);
        }
        return json.build();
    }
}
