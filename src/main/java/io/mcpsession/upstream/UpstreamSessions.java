package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.mcpclient.SessionLostException;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import jakarta.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which session of one server belongs to which session of ours: an attribute of ours, written before anything is done
 * in it, so every replica goes on with the same.
 */
final class UpstreamSessions {

    private static final Logger LOG = System.getLogger(UpstreamSessions.class.getName());
    private static final String LEVEL = "level";
    private static final String SUBSCRIBE = "resources/subscribe";
    private static final String URI = "uri";

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

    /**
     * What a session there is opened with.
     *
     * @param stateless whether the caller has no session, and so nothing outside of its calls
     * @param level     of log messages; empty when the client says none
     */
    private record Client(boolean stateless, JsonObject capabilities, String level) {

        static Client of(Call call) {
            boolean stateless = Errors.stateless(call);
            return new Client(stateless, ClientRequests.capabilities(call, stateless), UpstreamSessions.level(call));
        }

        static Client of(Session own) {
            return new Client(false, ClientRequests.capabilities(Json.parseObject(own.client().capabilities()), false),
                    own.attributes().getOrDefault(Session.LOG_LEVEL, ""));
        }
    }

    /** The one that belongs to a session of ours, opened if there is none yet. */
    PeerSession of(Session own, Call call, Map<String, String> headers, Forwarded request) {
        String known = own.attributes().get(attribute);
        if (known != null) {
            return atLevel(own, known, level(call), headers);
        }
        if (unnamed != null) {
            return unnamed;
        }
        PeerSession first = opened(own, "", Client.of(call), headers);
        if (own.attributes().containsKey(Session.CONTINUES) && !Errors.stateless(call)) {
            // It may have subscriptions before it has a session here.
            Set<String> uris = wanted(own);
            if (request.method().equals(SUBSCRIBE)) {
                uris.remove(request.params().getString(URI, ""));
            }
            subscribe(uris, first, headers);
        }
        return first;
    }

    /** Opens one for a session of ours that has none, but goes on with subscriptions to what is offered here. */
    void takeOver(Session own, Map<String, String> headers) {
        Set<String> uris = wanted(own);
        if (!uris.isEmpty() && unnamed == null) {
            subscribe(uris, opened(own, "", Client.of(own), headers), headers);
        }
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
            atLevel(own, known, own.attributes().getOrDefault(Session.LOG_LEVEL, ""), headers);
        }
    }

    /** Another in place of one that is lost. */
    PeerSession instead(Session own, PeerSession lost, Call call, Map<String, String> headers) {
        if (!lost.exists()) {
            unnamed = null;
        }
        PeerSession another = opened(own, lost.id(), Client.of(call), headers);
        if (!Errors.stateless(call)) {
            subscribe(wanted(own), another, headers);
        }
        return another;
    }

    private Set<String> wanted(Session own) {
        return clients.wanted(own.id()).stream().filter(offers).collect(Collectors.toCollection(HashSet::new));
    }

    /** What the client wants to hear of, the new session is told anew; twice does no harm. */
    private void subscribe(Set<String> uris, PeerSession there, Map<String, String> headers) {
        for (String uri : uris) {
            try {
                peer.call(headers, there, SUBSCRIBE, Json.object().add(URI, uri).build(), Incoming.NONE);
            } catch (RpcException e) {
                LOG.log(Level.DEBUG, () -> "upstream " + name + " no longer tells of a resource: " + e.getMessage());
            } catch (SessionLostException e) {
                // The next call there opens another and subscribes in that.
                return;
            }
        }
    }

    /** @param lost id of the one it takes the place of; empty for none */
    private PeerSession opened(Session own, String lost, Client client, Map<String, String> headers) {
        PeerSession fresh = open(client, headers);
        if (!fresh.exists()) {
            return fresh;
        }
        String written = text(fresh, client.level());
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
        if (!client.stateless()) {
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
                : call.session().map(it -> it.attributes().get(Session.LOG_LEVEL)).orElse("");
    }

    private void setLevel(PeerSession session, String level, Map<String, String> headers) {
        peer.call(headers, session, "logging/setLevel", Json.object().add(LEVEL, level).build(), Incoming.NONE);
    }

    /** Opens one that belongs to nothing; whoever does must end it. */
    PeerSession open(Call call, Map<String, String> headers) {
        return open(Client.of(call), headers);
    }

    private PeerSession open(Client client, Map<String, String> headers) {
        PeerSession shared = unnamed;
        if (shared != null) {
            return shared;
        }
        PeerSession session = peer.open(headers, client.capabilities()).session();
        if (!session.exists()) {
            unnamed = session;
            return session;
        }
        if (session.logging() && !client.level().isEmpty()) {
            setLevel(session, client.level(), headers);
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
