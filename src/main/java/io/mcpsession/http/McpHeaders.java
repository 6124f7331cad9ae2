package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.RpcError;
import java.util.Optional;

/** The protocol's own headers. Names are case-insensitive, so one spelling serves all revisions. */
final class McpHeaders {

    static final HeaderName SESSION_ID = HeaderNames.create("Mcp-Session-Id");
    static final HeaderName PROTOCOL_VERSION = HeaderNames.create("MCP-Protocol-Version");

    static final Header NO_STORE = HeaderValues.createCached("Cache-Control", "no-store");
    static final Header RETRY_SOON = HeaderValues.createCached("Retry-After", "1");

    private static final int LONGEST_SESSION_ID = 256;

    private McpHeaders() {
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
                && value.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != ',');
        if (header.valueCount() != 1 || !visible) {
            throw new Refusal(Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST,
                    "Bad Request: Mcp-Session-Id must be sent once, as visible ASCII without commas");
        }
        return Optional.of(value);
    }
}
