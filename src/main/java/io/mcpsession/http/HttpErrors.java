package io.mcpsession.http;

import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonValue;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/** The only mapping from a failure to an HTTP status and a JSON-RPC error. */
final class HttpErrors {

    /** "Server error" of the range JSON-RPC leaves to implementations: the store is away, try again. */
    static final int STORE_UNAVAILABLE = -32003;
    /** What SDK servers of the session era say beside 404. */
    static final int SESSION_NOT_FOUND = -32001;

    private static final Logger LOG = System.getLogger(HttpErrors.class.getName());

    private HttpErrors() {
    }

    /**
     * @param id of the request that failed, when it is known
     */
    static Refusal refusal(Throwable failure, Optional<JsonValue> id) {
        return switch (failure) {
            case Refusal refusal -> refusal.answering(id);
            case MalformedMessageException e ->
                    new Refusal(Status.BAD_REQUEST_400, List.of(), e.error(), e.id());
            // Never 404 or 401: the client would throw a live session or a good token away.
            case StoreUnavailableException e -> {
                // Metrics and readiness tell of an outage; this tells why one request failed.
                LOG.log(Level.DEBUG, "the store gave no answer", e);
                yield new Refusal(Status.SERVICE_UNAVAILABLE_503, List.of(McpHeaders.RETRY_SOON),
                        new RpcError(STORE_UNAVAILABLE, "Service Unavailable: the session store gives no answer"), id);
            }
            default -> {
                LOG.log(Level.ERROR, "a request failed unexpectedly", failure);
                yield new Refusal(Status.INTERNAL_SERVER_ERROR_500, List.of(),
                        new RpcError(RpcError.INTERNAL_ERROR, "Internal error"), id);
            }
        };
    }

    static void send(ServerResponse response, Refusal refusal) {
        response.status(refusal.status());
        refusal.headers().forEach(response::header);
        Replies.json(response, JsonRpc.error(refusal.id(), refusal.error()));
        if (refusal.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            // Helidon 4.5.0 would go on and read what is left of the body as the next request.
            throw new CloseConnectionException("the request cannot be read to its end");
        }
    }
}
