package io.mcpsession.session;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * One MCP session as it was when it was read.
 *
 * @param id              its id
 * @param owner           whose it is; never changes
 * @param created         when it was opened
 * @param expires         when it ends unless it is used before: idle TTL or absolute lifetime, whichever comes first
 * @param protocolVersion the negotiated MCP revision
 * @param client          what the client said of itself
 * @param attributes      small facts that travel with the session, such as its log level
 * @param epoch           which life of the id this is; another one after the session was revived
 * @param carried         JSON object text of stored members this version does not know; kept through every rewrite,
 *                        because old and new replicas share one Redis during a rolling update
 */
public record Session(SessionId id, Principal owner, Instant created, Instant expires, String protocolVersion,
                      ClientInfo client, Map<String, String> attributes, long epoch, String carried) {

    /** Attribute that is the client's own: the level of log messages that it wants, as it named it. */
    public static final String LOG_LEVEL = "log-level";
    /** Attribute of a session that goes on with what was known of a client: the short hash of the id of the one before. */
    public static final String CONTINUES = "continues";

    public Session {
        attributes = Map.copyOf(attributes);
    }

    public static Session opened(SessionId id, Principal owner, Instant expires, Opening opening) {
        return new Session(id, owner, Instant.ofEpochMilli(id.createdMillis()), expires, opening.protocolVersion(),
                opening.client(), opening.attributes(), id.createdMillis(), "{}");
    }

    /** The same session in a later life of its id. */
    public Session inEpoch(long later) {
        return new Session(id, owner, created, expires, protocolVersion, client, attributes, later, carried);
    }

    public Session expiring(Instant at) {
        return new Session(id, owner, created, at, protocolVersion, client, attributes, epoch, carried);
    }

    /** The same session with other attributes. */
    public Session withAttributes(Map<String, String> others) {
        return new Session(id, owner, created, expires, protocolVersion, client, others, epoch, carried);
    }

    /** The same session with an attribute set. */
    public Session with(String name, String value) {
        Map<String, String> changed = new HashMap<>(attributes);
        changed.put(name, value);
        return withAttributes(changed);
    }

    /** Without the attributes: they may hold what opens sessions elsewhere, and this ends up in logs. */
    @Override
    public String toString() {
        return "Session[id=" + id + ", owner=" + owner + ", created=" + created + ", expires=" + expires + "]";
    }
}
