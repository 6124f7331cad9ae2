package io.mcpsession.http;

import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.jsonrpc.Json;
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

    static void empty(ServerResponse response, Status status) {
        response.status(status);
        response.header(McpHeaders.NO_STORE);
        response.send();
    }
}
