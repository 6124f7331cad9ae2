package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;

/** Lets browser tools of allowed origins read the answers (Fetch Standard, CORS protocol). */
final class Cors {

    private static final Header VARY = HeaderValues.createCached("Vary", "Origin");
    private static final Header EXPOSED = HeaderValues.createCached("Access-Control-Expose-Headers",
            "Mcp-Session-Id, WWW-Authenticate");
    private static final List<Header> PREFLIGHT = List.of(
            HeaderValues.createCached("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"),
            HeaderValues.createCached("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept,"
                    + " Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Last-Event-ID"),
            HeaderValues.createCached("Access-Control-Max-Age", "3600"));

    private Cors() {
    }

    /** To be called after the origin was found allowed. */
    static void allow(ServerRequestHeaders headers, ServerResponse response) {
        Optional<String> origin = headers.first(HeaderNames.ORIGIN);
        if (origin.isPresent()) {
            response.header(HeaderValues.create("Access-Control-Allow-Origin", origin.get()));
            response.header(VARY);
            response.header(EXPOSED);
        }
    }

    static void allowMethods(ServerResponse response) {
        PREFLIGHT.forEach(response::header);
    }
}
