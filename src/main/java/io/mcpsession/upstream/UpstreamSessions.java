package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.mcp.SessionCall;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which session of one server belongs to which session of ours: an attribute of ours, written before anything is done in
 * it, so every replica goes on with the same.
 */
final class UpstreamSessions {

    private final String name;
    private final String attribute;
    private final McpPeer peer;
    private final Sessions sessions;
    private final SessionLedger ledger;
    /** Of a server that hands out no ids: one serves all. Null while none was seen. */
    private volatile PeerSession unnamed;

    UpstreamSessions(String name, McpPeer peer, Sessions sessions, SessionLedger ledger) {
        this.name = name;
        this.attribute = "upstream." + name;
        this.peer = peer;
        this.sessions = sessions;
        this.ledger = ledger;
    }

    /** The one that belongs to a session of ours, opened if there is none yet. */
    PeerSession of(Session own, Call call, Map<String, String> headers) {
        String known = own.attributes().get(attribute);
        if (known == null && unnamed != null) {
            return unnamed;
        }
        return known != null ? parse(known) : opened(own, Optional.empty(), call, headers);
    }

    /** Another in place of one that is lost. */
    PeerSession instead(Session own, PeerSession lost, Call call, Map<String, String> headers) {
        return opened(own, Optional.of(lost), call, headers);
    }

    private PeerSession opened(Session own, Optional<PeerSession> lost, Call call, Map<String, String> headers) {
        PeerSession fresh = open(call, headers);
        if (!fresh.exists()) {
            return fresh;
        }
        String expected = lost.map(UpstreamSessions::text).orElse(null);
        String written = text(fresh);
        // Before the record names it: whoever ends the session must find it.
        ledger.note(own.id(), name, fresh.id());
        Optional<String> now = sessions.change(own.id(), it -> Objects.equals(it.attributes().get(attribute), expected)
                        ? it.with(attribute, written)
                        : it)
                .map(it -> it.attributes().get(attribute));
        if (now.isPresent() && !now.get().equals(written)) {
            // Another call of the session was faster; its one counts.
            peer.end(headers, fresh);
            return parse(now.get());
        }
        return fresh;
    }

    /** Opens one that belongs to nothing; whoever does must end it. */
    PeerSession open(Call call, Map<String, String> headers) {
        PeerSession shared = unnamed;
        if (shared != null) {
            return shared;
        }
        PeerSession session = peer.open(headers, capabilities(call)).session();
        if (!session.exists()) {
            unnamed = session;
            return session;
        }
        if (session.logging()) {
            call.session().map(it -> it.attributes().get(SessionCall.LOG_LEVEL)).ifPresent(level ->
                    peer.call(headers, session, "logging/setLevel", Json.object().add("level", level).build(),
                            Incoming.NONE));
        }
        return session;
    }

    /** Another release may run there now. */
    void forget() {
        unnamed = null;
    }

    /** What the client can be asked, as far as it can be asked through this server. */
    static JsonObject capabilities(Call call) {
        JsonObjectBuilder capabilities = Json.object();
        Stream.of("elicitation", "sampling", "roots").filter(call::clientCan)
                .forEach(it -> capabilities.add(it, JsonValue.EMPTY_JSON_OBJECT));
        return capabilities.build();
    }

    private static String text(PeerSession session) {
        return Json.object().add("id", session.id()).add("version", session.version())
                .add("logging", session.logging()).build().toString();
    }

    private static PeerSession parse(String text) {
        JsonObject json = Json.parseObject(text);
        return new PeerSession(json.getString("id"), json.getString("version"), json.getBoolean("logging"));
    }
}
