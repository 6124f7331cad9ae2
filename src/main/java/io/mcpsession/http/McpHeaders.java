package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.mcp.RoutingHeaders;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The protocol's own headers. Names are case-insensitive, so one spelling serves all revisions. */
final class McpHeaders {

    static final HeaderName SESSION_ID = HeaderNames.create("Mcp-Session-Id");
    static final HeaderName PROTOCOL_VERSION = HeaderNames.create("MCP-Protocol-Version");
    static final HeaderName METHOD = HeaderNames.create("Mcp-Method");
    static final HeaderName NAME = HeaderNames.create("Mcp-Name");
    static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

    static final Header NO_STORE = HeaderValues.createCached("Cache-Control", "no-store");
    /** A proxy that buffers or rewrites an event stream breaks it. */
    static final Header STREAM_CACHING = HeaderValues.createCached("Cache-Control", "no-cache, no-store, no-transform");
    static final Header NOT_BUFFERED = HeaderValues.createCached("X-Accel-Buffering", "no");
    static final Header RETRY_SOON = HeaderValues.createCached("Retry-After", "1");

    static final Header RETRY_LATER = HeaderValues.createCached("Retry-After", "60");
    /** What ChatGPT calls a conversation, for clients that put it in a header. */
    static final HeaderName CONVERSATION = HeaderNames.create("X-Openai-Session");

    private static final int LONGEST_SESSION_ID = 256;

    private McpHeaders() {
    }

    static RoutingHeaders routing(ServerRequestHeaders headers) {
        return new RoutingHeaders(trimmed(headers, PROTOCOL_VERSION), trimmed(headers, METHOD),
                trimmed(headers, NAME), parameters(headers));
    }

    private static Map<String, String> parameters(ServerRequestHeaders headers) {
        Map<String, String> parameters = Map.of();
        for (Header header : headers) {
            String name = header.headerName().lowerCase();
            if (name.startsWith(RoutingHeaders.PARAMETER_PREFIX)) {
                if (parameters.isEmpty()) {
                    parameters = new HashMap<>();
                }
                // Two of a name make one value that no argument has.
                parameters.put(name.substring(RoutingHeaders.PARAMETER_PREFIX.length()),
                        String.join(", ", header.allValues()).trim());
            }
        }
        return parameters;
    }

    private static Optional<String> trimmed(ServerRequestHeaders headers, HeaderName name) {
        return headers.first(name).map(String::trim);
    }

    /**
     * The session id as sent, in whatever shape an id may have (visible ASCII; 2025-11-25, Transports).
     *
     * @throws Refusal 400 when there is more than one, or one that can be nobody's
     */
    static Optional<String> sessionId(ServerRequestHeaders headers) {
        if (!headers.contains(SESSION_ID)) {
            return Optional.empty();
        }
        Header header = headers.get(SESSION_ID);
        String value = header.get();
        boolean visible = !value.isEmpty() && value.length() <= LONGEST_SESSION_ID
                && isVisible(value);
        if (header.valueCount() != 1 || !visible) {
            throw new Refusal(Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST,
                    "Bad Request: Mcp-Session-Id must be sent once, as visible ASCII without commas");
        }
        return Optional.of(value);
    }

    private static boolean isVisible(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= 0x20 || c >= 0x7f || c == ',') {
                return false;
            }
        }
        return true;
    }
}
