package io.mcpsession.jsonrpc;

import jakarta.json.JsonValue;
import java.util.Optional;

/** What came is no JSON-RPC message. */
public final class MalformedMessageException extends RuntimeException {

    private final transient RpcError error;
    private final transient Optional<JsonValue> id;

    MalformedMessageException(int code, String message, Optional<JsonValue> id) {
        super(message, null, false, false);
        this.error = new RpcError(code, message);
        this.id = id;
    }

    public RpcError error() {
        return error;
    }

    /** The id of the message, when that much could be read. */
    public Optional<JsonValue> id() {
        return id;
    }
}
