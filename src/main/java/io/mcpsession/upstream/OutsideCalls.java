package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.mcpclient.InterruptedCallException;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.mcpclient.SessionLostException;
import io.mcpsession.mcpclient.UnreachableException;
import io.mcpsession.session.Session;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What the client of a session does outside of calls, as far as it concerns one server behind this one. */
final class OutsideCalls {

    private static final Logger LOG = System.getLogger(OutsideCalls.class.getName());

    /** Longest that a client waits for a server behind this one to be told. */
    private static final Duration TELLING = Duration.ofSeconds(2);

    private static final Duration TAKING_OVER = Duration.ofSeconds(30);

    private final String name;
    private final McpPeer peer;
    private final UpstreamSessions sessions;
    private final SessionStreams streams;
    private final Identity identity;
    private final Deadlines deadlines;

    OutsideCalls(String name, McpPeer peer, UpstreamSessions sessions, SessionStreams streams, Identity identity,
                 Deadlines deadlines) {
        this.name = name;
        this.peer = peer;
        this.sessions = sessions;
        this.streams = streams;
        this.identity = identity;
        this.deadlines = deadlines;
    }

    /** It listens; empty when it has no session there yet. */
    Optional<SessionStreams.Held> listen(Session own) {
        return sessions.known(own).map(there -> streams.listening(target(own, there)));
    }

    /** It listens, in a session that may go on with subscriptions. What fails is tried again with its next call there. */
    void takeOver(Session own) {
        if (sessions.known(own).isPresent() || peer.speaksStateless(false, identity.ofThisServer(name))) {
            return;
        }
        try (Deadline _ = deadlines.start(TAKING_OVER)) {
            sessions.takeOver(own, headers(own).get());
        } catch (RpcException | UnreachableException | SessionLostException | InterruptedCallException
                 | StoreUnavailableException e) {
            LOG.log(Level.DEBUG, () -> "upstream " + name + " is not subscribed to again: " + e.getMessage());
        }
    }

    /** Whether a session there belongs to a session of ours. */
    boolean belongs(Session own, String there) {
        return sessions.known(own).filter(known -> known.id().equals(there)).isPresent();
    }

    private StreamTarget target(Session own, PeerSession there) {
        return new StreamTarget(there, Optional.of(own.id()), own.owner().fingerprint(),
                Json.parseObject(own.client().capabilities()), headers(own));
    }

    private Supplier<Map<String, String>> headers(Session own) {
        return () -> identity.of(own.owner(), name);
    }

    /** Its roots have changed. The server most likely asks for them at once, on the stream that is held meanwhile. */
    void rootsChanged(Session own) {
        sessions.known(own).ifPresent(there -> {
            try (SessionStreams.Held _ = streams.opened(target(own, there))) {
                peer.tell(headers(own).get(), there, "notifications/roots/list_changed");
            }
        });
    }

    /** It has set a level of log messages. What fails now is tried again with its next call there. */
    void levelChanged(Session own) {
        try (Deadline _ = deadlines.start(TELLING)) {
            sessions.levelChanged(own, headers(own).get());
        } catch (RpcException | UnreachableException | SessionLostException | InterruptedCallException e) {
            LOG.log(Level.DEBUG, () -> "upstream " + name + " does not take the log level: " + e.getMessage());
        }
    }
}
