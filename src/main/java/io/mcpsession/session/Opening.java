package io.mcpsession.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

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

    /** Whether it says nothing of the client: then what is known from a session before goes on. */
    public boolean leavesClientOpen() {
        return client.equals(ClientInfo.UNKNOWN);
    }

    /** The same in place of a session that is over: what its client said of itself goes on, and nothing else. */
    public Opening inPlaceOf(Session former) {
        Map<String, String> going = new HashMap<>(attributes);
        going.put(Session.CONTINUES, former.id().hash());
        Optional.ofNullable(former.attributes().get(Session.LOG_LEVEL))
                .ifPresent(level -> going.putIfAbsent(Session.LOG_LEVEL, level));
        // Of a client that said nothing of itself the revision may be that of a call without a session.
        return former.client().equals(ClientInfo.UNKNOWN)
                ? new Opening(protocolVersion, client, going)
                : new Opening(former.protocolVersion(), former.client(), going);
    }

    /** Without the attributes, as with {@link Session#toString}. */
    @Override
    public String toString() {
        return "Opening[protocolVersion=" + protocolVersion + ", client=" + client + "]";
    }
}
