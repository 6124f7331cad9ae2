package io.mcpsession.mcp;

import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.relay.BusEvent;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;

/** Notifications this server sends. */
public final class Notifications {

    public static final String MESSAGE = "notifications/message";

    private Notifications() {
    }

    static JsonObject progress(JsonValue token, double done, double total, String message) {
        JsonObjectBuilder params = Json.object().add("progressToken", token).add("progress", Json.number(done));
        if (total > 0) {
            params.add("total", Json.number(total));
        }
        if (!message.isEmpty()) {
            params.add("message", message);
        }
        return JsonRpc.notification("notifications/progress", params.build());
    }

    static JsonObject log(LogLevel level, String logger, JsonValue data) {
        JsonObjectBuilder params = Json.object().add("level", level.text());
        if (!logger.isEmpty()) {
            params.add("logger", logger);
        }
        return JsonRpc.notification(MESSAGE, params.add("data", data).build());
    }

    /** The level of a log message; that of an ordinary one when it names none that exists. */
    static LogLevel level(JsonObject params) {
        return LogLevel.of(params.get("level") instanceof JsonString level ? level.getString() : "")
                .orElse(LogLevel.INFO);
    }

    static JsonObject listChanged(BusEvent.Kind kind, JsonObject params) {
        return JsonRpc.notification(switch (kind) {
            case TOOLS -> "notifications/tools/list_changed";
            case PROMPTS -> "notifications/prompts/list_changed";
            case RESOURCES -> "notifications/resources/list_changed";
        }, params);
    }

    static JsonObject resourceUpdated(String uri, JsonObject params) {
        return JsonRpc.notification("notifications/resources/updated", Json.object(params).add("uri", uri).build());
    }
}
