package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import java.util.regex.Pattern;

/** Lets browser tools of allowed origins read the answers (Fetch Standard, CORS protocol). */
final class Cors {

    private static final Header VARY = HeaderValues.createCached("Vary", "Origin");
    private static final Header EXPOSED = HeaderValues.createCached("Access-Control-Expose-Headers",
            "Mcp-Session-Id, WWW-Authenticate");
    private static final Header METHODS = HeaderValues.createCached("Access-Control-Allow-Methods",
            "GET, POST, DELETE, OPTIONS");
    private static final String HEADERS = "Authorization, Content-Type, Accept,"
            + " Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Last-Event-ID";
    private static final Header MAX_AGE = HeaderValues.createCached("Access-Control-Max-Age", "3600");
    private static final HeaderName ASKED_FOR = HeaderNames.create("Access-Control-Request-Headers");
    /** The headers that repeat arguments have names of the tools' choice (2026-07-28, transports, custom headers). */
    private static final Pattern ARGUMENT = Pattern.compile("(?i)\\bMcp-Param-[!#$%&'*+.^_`|~0-9a-z-]+");

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

    /** What a page may send, in answer to its asking beforehand. */
    static void preflight(ServerRequestHeaders headers, ServerResponse response) {
        response.header(METHODS);
        StringBuilder allowed = new StringBuilder(HEADERS);
        ARGUMENT.matcher(headers.first(ASKED_FOR).orElse("")).results()
                .forEach(argument -> allowed.append(", ").append(argument.group()));
        response.header(HeaderValues.create("Access-Control-Allow-Headers", allowed.toString()));
        response.header(MAX_AGE);
    }
}
