package io.mcpsession.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import java.util.Optional;

/**
 * What the web server refuses before the endpoint sees it, such as a header it cannot read or a path nobody serves: told
 * like everything else that is refused, and never in words that came with the request.
 */
public final class EarlyRefusals implements DirectHandler {

    @Override
    public TransportResponse handle(TransportRequest request, EventType type, Status told,
                                    ServerResponseHeaders headers, String message) {
        // Helidon calls it an error of its own when a request ends within its headers or its method cannot be one; a
        // failure while serving is met by the endpoint itself, which knows the path.
        Status status = told.equals(Status.INTERNAL_SERVER_ERROR_500) && request.path().isEmpty()
                ? Status.BAD_REQUEST_400
                : told;
        int code = status.code() < 500 ? RpcError.INVALID_REQUEST : RpcError.INTERNAL_ERROR;
        RpcError error = new RpcError(code, status.reasonPhrase());
        if (status.equals(Status.SERVICE_UNAVAILABLE_503)) {
            // More requests at a time than the listener takes.
            headers.set(McpHeaders.RETRY_SOON);
        }
        return TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderValues.CONTENT_TYPE_JSON)
                .header(McpHeaders.NO_STORE)
                .keepAlive(type.keepAlive())
                .entity(Json.bytes(JsonRpc.error(Optional.empty(), error)))
                .build();
    }
}
