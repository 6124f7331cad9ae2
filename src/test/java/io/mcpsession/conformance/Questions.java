package io.mcpsession.conformance;

import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;

/** Questions the fixtures ask, and what they read from the answers. */
final class Questions {

    private Questions() {
    }

    /** Asks for one value. */
    static ClientRequest elicitation(String message, String name, String type) {
        return new ClientRequest.Elicitation(message, Json.parseObject("""
                {"type": "object", "properties": {"%1$s": {"type": "%2$s"}}, "required": ["%1$s"]}"""
                .formatted(name, type)));
    }

    static ClientRequest sampling(String prompt, int maxTokens) {
        return new ClientRequest.Sampling(Json.object()
                .add("messages", Json.array().add(Json.object()
                        .add("role", "user")
                        .add("content", Json.object().add("type", "text").add("text", prompt))))
                .add("maxTokens", maxTokens)
                .build());
    }

    /** A value the user filled in. */
    static String field(JsonObject answer, String name) {
        JsonValue value = answer.get("content") instanceof JsonObject content ? content.get(name) : null;
        return value instanceof JsonString text ? text.getString() : String.valueOf(value);
    }

    /** What the model said. */
    static String text(JsonObject answer) {
        return field(answer, "text");
    }
}
