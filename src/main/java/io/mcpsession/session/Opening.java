package io.mcpsession.session;

import java.util.Map;

/**
 * What a session starts with.
 *
 * @param protocolVersion the negotiated MCP revision, such as {@code 2025-11-25}
 * @param client          what the client said of itself
 * @param attributes      first attributes; may be empty
 */
public record Opening(String protocolVersion, ClientInfo client, Map<String, String> attributes) {

    public Opening {
        attributes = Map.copyOf(attributes);
    }

    public Opening(String protocolVersion, ClientInfo client) {
        this(protocolVersion, client, Map.of());
    }

    /** Without the attributes, as with {@link Session#toString}. */
    @Override
    public String toString() {
        return "Opening[protocolVersion=" + protocolVersion + ", client=" + client + "]";
    }
}
