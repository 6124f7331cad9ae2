package io.mcpsession.http;

import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.session.Session;
import jakarta.json.JsonValue;

/** Writes responses. Nothing here may be cached: it belongs to one user and one moment. */
final class Replies {

    private Replies() {
    }

    static void json(ServerResponse response, JsonValue value) {
        response.header(HeaderValues.CONTENT_TYPE_JSON);
        response.header(McpHeaders.NO_STORE);
        response.send(Json.bytes(value));
    }

    /**
     * The same for what may be large: what a client does not read is bounded.
     *
     * @throws TooManyOpenException when its caller has too much to read already; nothing was sent
     */
    static void json(Recipient recipient, StreamLimits limits, JsonValue value) {
        byte[] body = Json.bytes(value);
        ServerResponse response = recipient.response();
        response.header(HeaderValues.CONTENT_TYPE_JSON);
        response.header(McpHeaders.NO_STORE);
        if (body.length < LargeAnswer.FROM) {
            response.send(body);
        } else {
            LargeAnswer.send(body, recipient, limits);
        }
    }

    /**
     * Names the session on every answer to a call in it, errors included. To be called once the session is known, and
     * only for the caller's own.
     */
    static void inSession(ServerResponse response, Session session) {
        response.header(McpHeaders.SESSION_ID, session.id().value());
    }

    /** An answer without a body. It answers no call, so it names no session. */
    static void empty(ServerResponse response, Status status) {
        response.status(status);
        response.headers().remove(McpHeaders.SESSION_ID);
        response.header(McpHeaders.NO_STORE);
        response.send();
    }
}
