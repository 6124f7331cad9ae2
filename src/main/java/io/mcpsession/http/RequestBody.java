package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import java.io.IOException;

/** Reads the body of a POST as JSON-RPC, within bounds. */
final class RequestBody {

    private static final String JSON = "application/json";

    private final int maxBytes;

    RequestBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * @throws Refusal 415 for another content type, 413 for a body that is too large
     * @throws io.mcpsession.jsonrpc.MalformedMessageException when it is no JSON-RPC
     */
    Body read(ServerRequest request) {
        if (!isJson(request)) {
            throw new Refusal(Status.UNSUPPORTED_MEDIA_TYPE_415, RpcError.INVALID_REQUEST,
                    "Unsupported Media Type: Content-Type must be application/json");
        }
        if (request.headers().contentLength().orElse(0) > maxBytes) {
            throw tooLarge();
        }
        return JsonRpc.parse(bytes(request));
    }

    private static boolean isJson(ServerRequest request) {
        return request.headers().first(HeaderNames.CONTENT_TYPE)
                .map(value -> value.split(";", 2)[0].trim())
                // Case-insensitive (RFC 9110, section 8.3.1).
                .filter(JSON::equalsIgnoreCase)
                .isPresent();
    }

    private byte[] bytes(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        byte[] bytes;
        try {
            // Not closed here: closing reads on, which nobody should wait for once the body is refused.
            bytes = request.content().inputStream().readNBytes(maxBytes + 1);
        } catch (RequestException e) {
            throw unreadable(e.status());
        } catch (RuntimeException | IOException e) {
            // The client went away or was too slow, or its chunks are none: Helidon has an exception for each.
            throw unreadable(Status.BAD_REQUEST_400);
        }
        if (bytes.length > maxBytes) {
            throw tooLarge();
        }
        return bytes;
    }

    /** Where the body ends is not known, so neither is where the next request begins. */
    private static Refusal unreadable(Status status) {
        return new Refusal(status, RpcError.INVALID_REQUEST, status.reasonPhrase() + ": the body cannot be read",
                HeaderValues.CONNECTION_CLOSE);
    }

    private Refusal tooLarge() {
        return new Refusal(Status.REQUEST_ENTITY_TOO_LARGE_413, RpcError.INVALID_REQUEST,
                "Payload Too Large: a message takes at most " + maxBytes + " bytes");
    }
}
