package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Reads the body of a POST as JSON-RPC, within bounds. */
final class RequestBody {

    private static final String JSON = "application/json";

    private final int maxBytes;
    private final Duration patience;

    /**
     * @param patience how long a body may take. The socket's own timeout begins anew with every byte
     */
    RequestBody(int maxBytes, Duration patience) {
        this.maxBytes = maxBytes;
        this.patience = patience;
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
            bytes = read(request.content().inputStream());
        } catch (Refusal e) {
            throw e;
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

    private byte[] read(InputStream in) throws IOException {
        long began = System.nanoTime();
        ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        byte[] piece = new byte[8192];
        int length = in.read(piece);
        while (length >= 0 && body.size() <= maxBytes) {
            body.write(piece, 0, length);
            if (System.nanoTime() - began > patience.toNanos()) {
                throw unreadable(Status.REQUEST_TIMEOUT_408);
            }
            length = in.read(piece);
        }
        return body.toByteArray();
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
