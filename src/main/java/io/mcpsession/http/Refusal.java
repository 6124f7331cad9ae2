package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.RpcError;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/** A request that ends here, with a status of its own. */
final class Refusal extends RuntimeException {

    private final transient Status status;
    private final transient List<Header> headers;
    private final transient RpcError error;
    private final transient Optional<JsonValue> id;

    Refusal(Status status, List<Header> headers, RpcError error, Optional<JsonValue> id) {
        super(error.message(), null, false, false);
        this.status = status;
        this.headers = headers;
        this.error = error;
        this.id = id;
    }

    Refusal(Status status, int code, String message, Header... headers) {
        this(status, List.of(headers), new RpcError(code, message), Optional.empty());
    }

    /** The same as an answer to the request with this id, where the refusal names none itself. */
    Refusal answering(Optional<JsonValue> request) {
        return id.isPresent() || request.isEmpty() ? this : new Refusal(status, headers, error, request);
    }

    Status status() {
        return status;
    }

    List<Header> headers() {
        return headers;
    }

    RpcError error() {
        return error;
    }

    /** The id of the request, when it was known. */
    Optional<JsonValue> id() {
        return id;
    }
}
