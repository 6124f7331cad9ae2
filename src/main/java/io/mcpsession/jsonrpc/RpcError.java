package io.mcpsession.jsonrpc;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Optional;

/**
 * A JSON-RPC error (JSON-RPC 2.0, section 5.1).
 *
 * @param code    what kind
 * @param message one sentence for a person; says nothing secret and nothing of this program's insides
 * @param data    more for a program; may be empty
 */
public record RpcError(int code, String message, Optional<JsonValue> data) {

    public static final int PARSE_ERROR = -32700;
    public static final int INVALID_REQUEST = -32600;
    public static final int METHOD_NOT_FOUND = -32601;
    public static final int INVALID_PARAMS = -32602;
    public static final int INTERNAL_ERROR = -32603;

    public RpcError(int code, String message) {
        this(code, message, Optional.empty());
    }

    /** The error a message of another program carries; empty when it is none. */
    public static Optional<RpcError> of(JsonValue value) {
        return value instanceof JsonObject error && error.get("code") instanceof JsonNumber code
                && error.get("message") instanceof JsonString message
                ? Optional.of(new RpcError(code(code), message.getString(), Optional.ofNullable(error.get("data"))))
                : Optional.empty();
    }

    /** A code is a whole number; anything else would not fit into an answer of ours. */
    private static int code(JsonNumber number) {
        double value = number.doubleValue();
        return value == (int) value ? (int) value : INTERNAL_ERROR;
    }

    JsonObject json() {
        JsonObjectBuilder json = Json.object().add("code", code).add("message", message);
        data.ifPresent(value -> json.add("data", value));
        return json.build();
    }
}
