package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.mcp.Meta;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.InterruptedCallException;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.mcpclient.SessionLostException;
import io.mcpsession.mcpclient.StatelessRequest;
import io.mcpsession.mcpclient.UnreachableException;
import io.mcpsession.session.Session;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Passes calls on to one server, in the era it speaks. */
final class Forwarding {

    /** What each hop says for itself. */
    private static final Set<String> OF_THE_HOP = Set.of(Meta.PROTOCOL_VERSION, Meta.CLIENT_INFO,
            Meta.CLIENT_CAPABILITIES, Meta.LOG_LEVEL, Meta.PROGRESS_TOKEN);

    private final UpstreamConfig config;
    private final McpPeer peer;
    private final Gate gate;
    private final UpstreamSessions sessions;
    private final SessionStreams streams;
    private final Identity identity;
    private final Deadlines deadlines;
    private final Incoming others;
    private final Runnable doubt;

    /**
     * @param others hears what a server says besides, such as that a list changed
     * @param doubt  told when a call shows that the server may be away or another than before
     */
    Forwarding(UpstreamConfig config, McpPeer peer, Gate gate, UpstreamSessions sessions, SessionStreams streams,
               Identity identity, Deadlines deadlines, Incoming others, Runnable doubt) {
        this.config = config;
        this.peer = peer;
        this.gate = gate;
        this.sessions = sessions;
        this.streams = streams;
        this.identity = identity;
        this.deadlines = deadlines;
        this.others = others;
        this.doubt = doubt;
    }

    /**
     * Passes a call on.
     *
     * @return the result, as a handler gives it
     * @throws UpstreamException when it could not be passed on
     * @throws RpcException      when the answer is an error
     */
    JsonObject forward(Call call, Forwarded request) {
        try (Deadline deadline = deadlines.start(config.timeout())) {
            try {
                return gate.pass(place -> {
                    PassThrough incoming = new PassThrough(call, deadline, place, others, request.unrepeatable());
                    return incoming.run(() -> attempt(call, request, incoming));
                });
            } catch (InterruptedCallException e) {
                if (!call.cancelled()) {
                    // Its own time was up, or that of its tool, which may be shorter.
                    gate.failed();
                }
                if (deadline.passed()) {
                    throw UpstreamException.tooLong(config.name());
                }
                throw e;
            } catch (StoreUnavailableException e) {
                // Time that is up interrupts whatever the thread waits for, which may be Redis.
                throw deadline.passed() ? UpstreamException.tooLong(config.name()) : e;
            }
        }
    }

    private JsonObject attempt(Call call, Forwarded request, PassThrough incoming) {
        try {
            return once(call, request, incoming);
        } catch (UnreachableException e) {
            doubt.run();
            if (e.reach() == UnreachableException.Reach.UNKNOWN && request.repeatable() && !incoming.over()) {
                // Most often a connection that the other side was closing at that moment.
                return once(call, request, incoming);
            }
            throw e;
        }
    }

    private JsonObject once(Call call, Forwarded request, PassThrough incoming) {
        Map<String, String> headers = identity.of(call.principal(), config.name());
        boolean statelessCaller = Errors.stateless(call);
        boolean stateless = peer.speaksStateless(statelessCaller, identity.ofThisServer(config.name()));
        JsonObject params = withMeta(call, request.params(), stateless, headers, incoming);
        if (stateless == statelessCaller) {
            params = Json.object(params).addAll(Json.object(call.continuation())).build();
        }
        Rounds rounds = new Rounds(config.name(), params, incoming, stateless == statelessCaller);
        return stateless
                ? rounds.run(next -> peer.call(headers, new StatelessRequest(request.method(), next,
                        ClientRequests.capabilities(call, true), request.mirrored()), incoming))
                : inSession(call, request, rounds, headers, incoming);
    }

    private JsonObject inSession(Call call, Forwarded request, Rounds rounds, Map<String, String> headers,
                                 PassThrough incoming) {
        // A stateless client that names no conversation has none: its call gets a session of its own, because nothing
        // may be inferred from an earlier call of the same user (2026-07-28, Stateless Servers).
        Optional<Session> own = call.session();
        PeerSession session = own.map(it -> sessions.of(it, call, headers, request))
                .orElseGet(() -> sessions.open(call, headers));
        try {
            return within(call, session, headers, request, rounds, incoming);
        } catch (SessionLostException e) {
            doubt.run();
            PeerSession another = own.map(it -> sessions.instead(it, session, call, headers)).orElse(session);
            if (own.isEmpty() || request.unrepeatable()) {
                throw UpstreamException.forgotten(config.name());
            }
            try {
                return within(call, another, headers, request, rounds, incoming);
            } catch (SessionLostException again) {
                throw UpstreamException.forgotten(config.name());
            }
        } finally {
            if (own.isEmpty()) {
                peer.end(headers, session);
            }
        }
    }

    private JsonObject within(Call call, PeerSession session, Map<String, String> headers, Forwarded request,
                              Rounds rounds, PassThrough incoming) {
        StreamTarget target = new StreamTarget(session,
                Errors.stateless(call) ? Optional.empty() : call.session().map(Session::id),
                call.principal().fingerprint(), call.clientCapabilities(),
                () -> identity.of(call.principal(), config.name()));
        try (SessionStreams.Held _ = streams.during(target, incoming)) {
            return rounds.run(next -> peer.call(headers, session, request.method(), next, incoming));
        }
    }

    /** What the client said of its call goes on, but for what belongs to the hop to this server. */
    private static JsonObject withMeta(Call call, JsonObject params, boolean stateless, Map<String, String> headers,
                                       PassThrough incoming) {
        JsonObjectBuilder meta = Json.object();
        call.meta().forEach((key, value) -> {
            if (!OF_THE_HOP.contains(key)) {
                meta.add(key, value);
            }
        });
        incoming.token().ifPresent(token -> meta.add(Meta.PROGRESS_TOKEN, token));
        if (headers.get(Identity.TRACEPARENT) instanceof String ours) {
            // In place of the client's: what is done there was asked for from here (SEP-414).
            meta.add(Identity.TRACEPARENT, ours);
        }
        if (stateless) {
            call.logLevel().ifPresent(level -> meta.add(Meta.LOG_LEVEL, level.text()));
        }
        JsonObject all = meta.build();
        return all.isEmpty() ? params : Json.object(params).add(Meta.META, all).build();
    }
}
