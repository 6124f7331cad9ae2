package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.SessionCall;
import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import jakarta.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which session of one server belongs to which session of ours: an attribute of ours, written before anything is done
 * in it, so every replica goes on with the same.
 */
final class UpstreamSessions {

    private static final Logger LOG = System.getLogger(UpstreamSessions.class.getName());
    private static final String LEVEL = "level";

    private final String name;
    private final String attribute;
    private final McpPeer peer;
    private final Sessions sessions;
    private final SessionLedger ledger;
    private final SessionOutbox clients;
    private final Predicate<String> offers;
    /** Of a server that hands out no ids: one serves all. Null while none was seen. */
    private volatile PeerSession unnamed;

    /**
     * @param offers whether the server offers a resource of this URI
     */
    UpstreamSessions(String name, McpPeer peer, Sessions sessions, SessionLedger ledger, SessionOutbox clients,
                     Predicate<String> offers) {
        this.name = name;
        this.attribute = "upstream." + name;
        this.peer = peer;
        this.sessions = sessions;
        this.ledger = ledger;
        this.clients = clients;
        this.offers = offers;
    }

    /** The one that belongs to a session of ours, opened if there is none yet. */
    PeerSession of(Session own, Call call, Map<String, String> headers) {
        String known = own.attributes().get(attribute);
        if (known == null) {
            return unnamed != null ? unnamed : opened(own, "", call, headers);
        }
        return atLevel(own, known, level(call), headers);
    }

    /** The session that a record names, with the level of log messages that the client wants by now. */
    private PeerSession atLevel(Session own, String known, String level, Map<String, String> headers) {
        JsonObject json = Json.parseObject(known);
        PeerSession session = parse(json);
        if (!level.isEmpty() && session.logging() && !level.equals(json.getString(LEVEL, ""))) {
            setLevel(session, level, headers);
            sessions.change(own.id(), it -> known.equals(it.attributes().get(attribute))
                    ? it.with(attribute, text(session, level))
                    : it);
        }
        return session;
    }

    /** The one that belongs to a session of ours, if there is one. */
    Optional<PeerSession> known(Session own) {
        return Optional.ofNullable(own.attributes().get(attribute)).map(text -> parse(Json.parseObject(text)));
    }

    /** The client has set a level of log messages in its session. */
    void levelChanged(Session own, Map<String, String> headers) {
        String known = own.attributes().get(attribute);
        if (known != null) {
            atLevel(own, known, own.attributes().getOrDefault(SessionCall.LOG_LEVEL, ""), headers);
        }
    }

    /** Another in place of one that is lost. */
    PeerSession instead(Session own, PeerSession lost, Call call, Map<String, String> headers) {
        if (!lost.exists()) {
            unnamed = null;
        }
        PeerSession another = opened(own, lost.id(), call, headers);
        if (!Errors.stateless(call)) {
            resubscribe(own, another, headers);
        }
        return another;
    }

    /** What the client wants to hear of, the new session is told anew; twice does no harm. */
    private void resubscribe(Session own, PeerSession there, Map<String, String> headers) {
        clients.wanted(own.id()).stream().filter(offers).forEach(uri -> {
            try {
                peer.call(headers, there, "resources/subscribe", Json.object().add("uri", uri).build(), Incoming.NONE);
            } catch (RpcException e) {
                LOG.log(Level.DEBUG, () -> "upstream " + name + " no longer tells of a resource: " + e.getMessage());
            }
        });
    }

    /** @param lost id of the one it takes the place of; empty for none */
    private PeerSession opened(Session own, String lost, Call call, Map<String, String> headers) {
        PeerSession fresh = open(call, headers);
        if (!fresh.exists()) {
            return fresh;
        }
        String written = text(fresh, level(call));
        // Before the record names it: whoever ends the session must find it.
        ledger.note(own.id(), name, fresh.id());
        Optional<PeerSession> now = sessions.change(own.id(),
                        it -> id(it).equals(lost) ? it.with(attribute, written) : it)
                .map(it -> it.attributes().get(attribute))
                .map(text -> parse(Json.parseObject(text)));
        if (now.isPresent() && !now.get().id().equals(fresh.id())) {
            // Another call of the session was faster; its one counts.
            peer.end(headers, fresh);
            ledger.note(own.id(), name, now.get().id());
            return now.get();
        }
        if (!Errors.stateless(call)) {
            // Its client may listen already, on any replica.
            clients.bridged(own.id());
        }
        return fresh;
    }

    /** The id a record names; empty when it names none. */
    private String id(Session own) {
        String text = own.attributes().get(attribute);
        return text == null ? "" : parse(Json.parseObject(text)).id();
    }

    /**
     * The level of log messages that the client wants: of its session, or of this call where requests stand alone; empty
     * when it says none.
     */
    private static String level(Call call) {
        return Errors.stateless(call)
                ? call.logLevel().map(LogLevel::text).orElse("")
                : call.session().map(it -> it.attributes().get(SessionCall.LOG_LEVEL)).orElse("");
    }

    private void setLevel(PeerSession session, String level, Map<String, String> headers) {
        peer.call(headers, session, "logging/setLevel", Json.object().add(LEVEL, level).build(), Incoming.NONE);
    }

    /** Opens one that belongs to nothing; whoever does must end it. */
    PeerSession open(Call call, Map<String, String> headers) {
        PeerSession shared = unnamed;
        if (shared != null) {
            return shared;
        }
        PeerSession session = peer.open(headers, ClientRequests.capabilities(call, Errors.stateless(call))).session();
        if (!session.exists()) {
            unnamed = session;
            return session;
        }
        String level = level(call);
        if (session.logging() && !level.isEmpty()) {
            setLevel(session, level, headers);
        }
        return session;
    }

    /** Another release may run there now. */
    void forget() {
        unnamed = null;
    }

    private static String text(PeerSession session, String level) {
        return Json.object().add("id", session.id()).add("version", session.version())
                .add("logging", session.logging()).add(LEVEL, level).build().toString();
    }

    private static PeerSession parse(JsonObject json) {
        return new PeerSession(json.getString("id"), json.getString("version"), json.getBoolean("logging"));
    }
}
