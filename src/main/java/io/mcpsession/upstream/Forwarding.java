package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
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
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Passes calls on to one server, in the era it speaks. */
final class Forwarding {

    /** Rounds of questions of one call; a server that asks for more does not know what it wants. */
    private static final int MOST_ROUNDS = 16;
    private static final String STATE = "requestState";
    private static final String PROTOCOL_KEYS = "io.modelcontextprotocol/";

    private final UpstreamConfig config;
    private final McpPeer peer;
    private final Gate gate;
    private final UpstreamSessions sessions;
    private final Identity identity;
    private final Deadlines deadlines;
    private final Incoming others;
    private final Runnable doubt;

    /**
     * @param others hears what a server says besides, such as that a list changed
     * @param doubt  told when a call shows that the server may be away or another than before
     */
    Forwarding(UpstreamConfig config, McpPeer peer, Gate gate, UpstreamSessions sessions, Identity identity,
               Deadlines deadlines, Incoming others, Runnable doubt) {
        this.config = config;
        this.peer = peer;
        this.gate = gate;
        this.sessions = sessions;
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
            PassThrough incoming = new PassThrough(call, deadline, others);
            try {
                return gate.pass(() -> attempt(call, request, incoming));
            } catch (InterruptedCallException e) {
                if (deadline.passed()) {
                    throw UpstreamException.tooLong(config.name());
                }
                throw e;
            }
        }
    }

    private JsonObject attempt(Call call, Forwarded request, PassThrough incoming) {
        try {
            return once(call, request, incoming);
        } catch (UnreachableException e) {
            doubt.run();
            if (e.reach() == UnreachableException.Reach.UNKNOWN && request.repeatable() && !call.cancelled()) {
                // Most often a connection that the other side was closing at that moment.
                return once(call, request, incoming);
            }
            throw e;
        }
    }

    private JsonObject once(Call call, Forwarded request, PassThrough incoming) {
        Map<String, String> headers = identity.of(call.principal(), config.name());
        boolean stateless = peer.isStateless(identity.ofThisServer(config.name()));
        JsonObject params = withMeta(call, request.params(), stateless, headers);
        return stateless
                ? inRounds(call, request, params, headers, incoming)
                : inSession(call, request, params, headers, incoming);
    }

    private JsonObject inRounds(Call call, Forwarded request, JsonObject params, Map<String, String> headers,
                                PassThrough incoming) {
        JsonObject next = params;
        for (int round = 1; round <= MOST_ROUNDS; round++) {
            JsonObject result = peer.call(headers, new StatelessRequest(request.method(), next,
                    UpstreamSessions.capabilities(call), request.mirrored()), incoming);
            if (!result.getString("resultType", "complete").equals("input_required")) {
                return plain(result);
            }
            JsonObjectBuilder answered = Json.object(params);
            if (result.get("inputRequests") instanceof JsonObject questions) {
                JsonObjectBuilder responses = Json.object();
                incoming.answers(round, questions).forEach(responses::add);
                answered.add("inputResponses", responses);
            }
            if (result.containsKey(STATE)) {
                answered.add(STATE, result.get(STATE));
            }
            next = answered.build();
        }
        throw new RpcException(new RpcError(RpcError.INTERNAL_ERROR, "The server \"" + config.name()
                + "\" behind this one asked for more than " + MOST_ROUNDS + " rounds of input"));
    }

    private JsonObject inSession(Call call, Forwarded request, JsonObject params, Map<String, String> headers,
                                 PassThrough incoming) {
        // A stateless client that names no conversation has none: its call gets a session of its own, because nothing
        // may be inferred from an earlier call of the same user (2026-07-28, Stateless Servers).
        Optional<Session> own = call.session();
        PeerSession session = own.map(it -> sessions.of(it, call, headers))
                .orElseGet(() -> sessions.open(call, headers));
        try {
            return plain(peer.call(headers, session, request.method(), params, incoming));
        } catch (SessionLostException e) {
            doubt.run();
            PeerSession another = own.map(it -> sessions.instead(it, session, call, headers)).orElse(session);
            if (own.isEmpty() || request.unrepeatable()) {
                throw UpstreamException.forgotten(config.name());
            }
            try {
                return plain(peer.call(headers, another, request.method(), params, incoming));
            } catch (SessionLostException again) {
                // A new session does not help: that was not what it meant.
                throw again.refusal();
            }
        } finally {
            if (own.isEmpty()) {
                peer.end(headers, session);
            }
        }
    }

    /** What the client said of its call goes on, but for what belongs to the hop to this server. */
    private static JsonObject withMeta(Call call, JsonObject params, boolean stateless,
                                       Map<String, String> headers) {
        JsonObjectBuilder meta = Json.object();
        call.meta().forEach((key, value) -> {
            if (!key.startsWith(PROTOCOL_KEYS) && !key.equals(Meta.PROGRESS_TOKEN)) {
                meta.add(key, value);
            }
        });
        if (call.meta().containsKey(Meta.PROGRESS_TOKEN)) {
            // One of ours: those of two clients may be equal, and a session there may serve calls of several replicas.
            meta.add(Meta.PROGRESS_TOKEN, UUID.randomUUID().toString());
        }
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

    /** Without what belongs to the hop from that server to this one. */
    private static JsonObject plain(JsonObject result) {
        JsonObjectBuilder plain = Json.object(result).remove("resultType").remove("ttlMs").remove("cacheScope");
        JsonObject meta = Meta.of(result);
        if (meta.containsKey(Meta.SERVER_INFO)) {
            JsonObject rest = Json.object(meta).remove(Meta.SERVER_INFO).build();
            if (rest.isEmpty()) {
                plain.remove(Meta.META);
            } else {
                plain.add(Meta.META, rest);
            }
        }
        return plain.build();
    }
}
