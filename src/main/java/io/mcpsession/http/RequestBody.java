package io.mcpsession.http;

import io.helidon.common.media.type.MediaType;
import io.helidon.http.HttpMediaType;
import io.helidon.http.Status;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.webserver.http.ServerRequest;
import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads the body of a POST as JSON-RPC, within bounds. */
final class RequestBody {

    private static final MediaType JSON = MediaTypes.APPLICATION_JSON;

    private final int maxBytes;

    RequestBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * @throws Refusal 415 for another content type, 413 for a body that is too large
     * @throws io.mcpsession.jsonrpc.MalformedMessageException when it is no JSON-RPC
     */
    Body read(ServerRequest request) {
        boolean json = request.headers().contentType().map(HttpMediaType::mediaType).filter(JSON::equals).isPresent();
        if (!json) {
            throw new Refusal(Status.UNSUPPORTED_MEDIA_TYPE_415, RpcError.INVALID_REQUEST,
                    "Unsupported Media Type: Content-Type must be application/json");
        }
        if (request.headers().contentLength().orElse(0) > maxBytes) {
            throw tooLarge();
        }
        return JsonRpc.parse(bytes(request));
    }

    private byte[] bytes(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw tooLarge();
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Refusal tooLarge() {
        return new Refusal(Status.REQUEST_ENTITY_TOO_LARGE_413, RpcError.INVALID_REQUEST,
                "Payload Too Large: a message takes at most " + maxBytes + " bytes");
    }
}
