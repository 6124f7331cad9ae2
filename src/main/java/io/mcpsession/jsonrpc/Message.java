package io.mcpsession.jsonrpc;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/** One JSON-RPC message. An id is a string or an integer and is echoed exactly as it came ({@code 1} is not "1"). */
public sealed interface Message {

    /** Wants an answer. */
    record Request(JsonValue id, String method, JsonObject params) implements Message {
    }

    /** Wants none. */
    record Notification(String method, JsonObject params) implements Message {
    }

    /** Answers a request of ours: exactly one of result and error is there. */
    record Response(JsonValue id, Optional<JsonValue> result, Optional<JsonObject> error) implements Message {

        /** Only what it says: the result or the error. */
        public JsonObject json() {
            return result.map(value -> Json.object().add("result", value))
                    .orElseGet(() -> Json.object().add("error", error.orElseThrow()))
                    .build();
        }
    }
}
