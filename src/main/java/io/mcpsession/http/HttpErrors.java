package io.mcpsession.http;

import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.auth.TooManyUnknownTokensException;
import io.mcpsession.auth.UncheckableTokenException;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.mcp.McpErrors;
import io.mcpsession.session.SessionLimitException;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/** The only mapping from a failure to an HTTP status and a JSON-RPC error. */
final class HttpErrors {

    /** "Server error" of the range JSON-RPC leaves to implementations: the store is away, try again. */
    private static final int STORE_UNAVAILABLE = -32003;
    /** Ours, of the same range: a token's issuer is away. */
    private static final int ISSUER_UNAVAILABLE = -32005;
    /** What SDK servers of the session era say beside 400 ... */
    private static final int SESSION_ID_REQUIRED = -32000;
    /** ... and beside 404. */
    private static final int SESSION_NOT_FOUND = -32001;

    /** Ours, of the same range: there are as many sessions as there may be. */
    private static final int SESSION_LIMIT = -32004;

    private static final Logger LOG = System.getLogger(HttpErrors.class.getName());

    private HttpErrors() {
    }

    /** What the client is told of a failure. */
    static Refusal refusal(Throwable failure, Optional<JsonValue> id) {
        return known(failure, id).orElseGet(() -> {
            LOG.log(Level.ERROR, "a request failed unexpectedly", failure);
            return new Refusal(Status.INTERNAL_SERVER_ERROR_500, List.of(),
                    new RpcError(RpcError.INTERNAL_ERROR, "Internal error"), id);
        });
    }

    /** Whether a failure is more than a fault of what was called: it is told by its status, or ends the connection. */
    static boolean hasStatus(Throwable failure) {
        return failure instanceof CloseConnectionException || known(failure, Optional.empty()).isPresent();
    }

    private static Optional<Refusal> known(Throwable failure, Optional<JsonValue> id) {
        return Optional.ofNullable(switch (failure) {
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
            case TooManyUnknownTokensException e -> new Refusal(Status.TOO_MANY_REQUESTS_429, List.of(McpHeaders.RETRY_SOON),
                    new RpcError(McpErrors.TOO_MANY_REQUESTS, "Too Many Requests: " + e.getMessage()), id);
            // Nor here: whether the token is good, nobody could say.
            case UncheckableTokenException e -> new Refusal(Status.SERVICE_UNAVAILABLE_503,
                    List.of(McpHeaders.RETRY_SOON),
                    new RpcError(ISSUER_UNAVAILABLE, "Service Unavailable: " + e.getMessage()), id);
            case SessionLimitException e -> new Refusal(switch (e.scope()) {
                case USER -> Status.TOO_MANY_REQUESTS_429;
                case TOTAL -> Status.SERVICE_UNAVAILABLE_503;
            }, List.of(McpHeaders.RETRY_LATER), new RpcError(SESSION_LIMIT, "Too many sessions: " + e.getMessage()), id);
            case TooManyOpenException e -> new Refusal(Status.TOO_MANY_REQUESTS_429, List.of(McpHeaders.RETRY_SOON),
                    new RpcError(McpErrors.TOO_MANY_REQUESTS, "Too Many Requests: " + e.getMessage()), id);
            default -> null;
        });
    }

    /** One answer for every id that is not a live session of the caller: a guess must not be confirmed. */
    static Refusal sessionNotFound(Optional<JsonValue> id) {
        return new Refusal(Status.NOT_FOUND_404, List.of(), new RpcError(SESSION_NOT_FOUND, "Session not found"), id);
    }

    static Refusal sessionIdRequired(Optional<JsonValue> id) {
        return new Refusal(Status.BAD_REQUEST_400, List.of(),
                new RpcError(SESSION_ID_REQUIRED, "Bad Request: Mcp-Session-Id header is required"), id);
    }

    /** What became of a request as an answer like any other, for where no status can be given. */
    static JsonObject answer(Throwable failure, JsonValue id) {
        Refusal refusal = refusal(failure, Optional.of(id));
        return JsonRpc.error(refusal.id(), refusal.error());
    }

    /**
     * Answers with what became of a request.
     *
     * @param id of the request, when it is known
     */
    static void send(ServerResponse response, Throwable failure, Optional<JsonValue> id) {
        if (failure instanceof CloseConnectionException closing) {
            // The client of a stream is gone; Helidon closes what is left of the connection.
            throw closing;
        }
        Refusal refusal = refusal(failure, id);
        response.status(refusal.status());
        refusal.headers().forEach(response::header);
        Replies.json(response, JsonRpc.error(refusal.id(), refusal.error()));
        if (refusal.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            // Helidon 4.5.0 would go on and read what is left of the body as the next request.
            throw new CloseConnectionException("the request cannot be read to its end");
        }
    }
}
