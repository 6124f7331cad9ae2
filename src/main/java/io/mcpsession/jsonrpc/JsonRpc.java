package io.mcpsession.jsonrpc;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonValue.ValueType;
import java.util.List;
import java.util.Optional;

/** Reads and writes JSON-RPC 2.0 messages. */
public final class JsonRpc {

    /** Longest id of a request, in characters. */
    private static final int LONGEST_ID = 256;
    private static final JsonString VERSION = Json.string("2.0");
    private static final String ID = "id";
    private static final JsonLimits OF_ERRORS = JsonLimits.ofValues(1_000);

    private JsonRpc() {
    }

    /** The same within the usual limits. */
    public static Body parse(byte[] utf8) {
        return parse(utf8, JsonLimits.USUAL);
    }

    /**
     * @throws MalformedMessageException when the bytes are no JSON, or JSON but no message
     */
    public static Body parse(byte[] utf8, JsonLimits limits) {
        JsonValue value;
        try {
            value = Json.parse(utf8, limits);
        } catch (JsonRefusedException e) {
            throw e.tooLarge()
                    ? invalid("the body " + e.getMessage(), Optional.empty())
                    : new MalformedMessageException(RpcError.PARSE_ERROR, "Parse error: the body " + e.getMessage(),
                            Optional.empty());
        }
        return switch (value.getValueType()) {
            case OBJECT -> new Body.Single(message(value));
            case ARRAY -> batch(value.asJsonArray());
            case STRING, NUMBER, TRUE, FALSE, NULL -> throw invalid("a message is a JSON object", Optional.empty());
        };
    }

    /**
     * What another server sent, read as leniently as the official clients do: one message, or several in an array. What
     * each is, {@link #message} says.
     *
     * @throws JsonRefusedException when the bytes are no JSON, or too much
     */
    public static List<JsonValue> received(byte[] utf8, JsonLimits limits) {
        JsonValue value = Json.parseForeign(utf8, limits);
        return value instanceof JsonArray array ? array : List.of(value);
    }

    /** The error in a body that may lack an id, or be no message at all. */
    public static Optional<RpcError> errorIn(byte[] utf8) {
        try {
            return Json.parseForeign(utf8, OF_ERRORS) instanceof JsonObject json
                    ? RpcError.of(json.get("error"))
                    : Optional.empty();
        } catch (JsonRefusedException e) {
            return Optional.empty();
        }
    }

    private static Body batch(JsonArray array) {
        if (array.isEmpty()) {
            throw invalid("a batch must not be empty", Optional.empty());
        }
        return new Body.Batch(array.stream().map(JsonRpc::message).toList());
    }

    /**
     * @throws MalformedMessageException when the value is no message; with the id when it has a readable one
     */
    public static Message message(JsonValue value) {
        if (!(value instanceof JsonObject json)) {
            throw invalid("a message is a JSON object", Optional.empty());
        }
        JsonValue id = json.get(ID);
        Optional<JsonValue> echo = Optional.ofNullable(id).filter(JsonRpc::isId);
        if (!VERSION.equals(json.get("jsonrpc"))) {
            throw invalid("jsonrpc must be \"2.0\"", echo);
        }
        if (id != null && echo.isEmpty()) {
            throw invalid("id must be a string or an integer, of " + LONGEST_ID
                    + " characters at most", echo);
        }
        JsonValue method = json.get("method");
        if (method == null) {
            return response(json, echo);
        }
        if (!(method instanceof JsonString name)) {
            throw invalid("method must be a string", echo);
        }
        JsonObject params = params(json, echo);
        return id == null
                ? new Message.Notification(name.getString(), params)
                : new Message.Request(id, name.getString(), params);
    }

    private static Message response(JsonObject json, Optional<JsonValue> id) {
        Optional<JsonValue> result = Optional.ofNullable(json.get("result"));
        JsonValue error = json.get("error");
        if (id.isEmpty() || result.isPresent() == (error instanceof JsonObject)) {
            throw invalid("neither a request, nor a notification, nor a response", id);
        }
        return new Message.Response(id.get(), result, Optional.ofNullable((JsonObject) error));
    }

    private static JsonObject params(JsonObject json, Optional<JsonValue> id) {
        JsonValue params = json.get("params");
        if (params == null) {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
        if (params instanceof JsonObject object) {
            return object;
        }
        throw new MalformedMessageException(RpcError.INVALID_PARAMS, "Invalid params: params must be an object", id);
    }

    /** Whether a value can be the id of a request: ids are kept and repeated, so they are no place for much. */
    public static boolean isId(JsonValue value) {
        return value instanceof JsonString text && text.getChars().length() <= LONGEST_ID
                || value instanceof JsonNumber number && number.isIntegral() && number.toString().length() <= LONGEST_ID;
    }

    private static MalformedMessageException invalid(String why, Optional<JsonValue> id) {
        return new MalformedMessageException(RpcError.INVALID_REQUEST, "Invalid Request: " + why, id);
    }

    public static JsonObject request(JsonValue id, String method, JsonObject params) {
        return Json.object().add("jsonrpc", VERSION).add(ID, id).add("method", method).add("params", params).build();
    }

    /**
     * @param params left out when empty
     */
    public static JsonObject notification(String method, JsonObject params) {
        JsonObjectBuilder json = Json.object().add("jsonrpc", VERSION).add("method", method);
        if (!params.isEmpty()) {
            json.add("params", params);
        }
        return json.build();
    }

    /** The answer to a request. */
    public static JsonObject result(JsonValue id, JsonValue result) {
        return Json.object().add("jsonrpc", VERSION).add(ID, id).add("result", result).build();
    }

    /**
     * An error.
     *
     * @param id of the request it answers; empty when that could not be read, and then left out, because no revision's
     *           schema allows {@code null}
     */
    public static JsonObject error(Optional<JsonValue> id, RpcError error) {
        JsonObjectBuilder json = Json.object().add("jsonrpc", VERSION);
        id.ifPresent(value -> json.add(ID, value));
        return json.add("error", error.json()).build();
    }
}
