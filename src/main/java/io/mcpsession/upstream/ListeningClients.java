package io.mcpsession.upstream;

import io.mcpsession.mcp.BridgedSessions.Presence;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.StoreUnavailableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The clients that listen on this replica, and the streams of other servers that are open for them. */
final class ListeningClients {

    private final Sessions sessions;
    private final List<Upstream> upstreams;
    private final ConcurrentMap<SessionId, Set<Listener>> listeners = new ConcurrentHashMap<>();

    ListeningClients(Sessions sessions, List<Upstream> upstreams) {
        this.sessions = sessions;
        this.upstreams = upstreams;
    }

    /** A client listens from now on. */
    Presence begin(Session session) {
        Listener listener = new Listener();
        listeners.computeIfAbsent(session.id(), _ -> ConcurrentHashMap.newKeySet()).add(listener);
        // The record may be older than a session there that was opened meanwhile.
        look(session.id());
        if (session.attributes().containsKey(Session.CONTINUES)) {
            // What comes of this is told to all replicas, and looked at then.
            upstreams.forEach(upstream ->
                    Thread.ofVirtual().name("listening-client").start(() -> upstream.takeOver(session)));
        }
        return () -> {
            listeners.computeIfPresent(session.id(), (_, all) -> {
                all.remove(listener);
                return all.isEmpty() ? null : all;
            });
            listener.close();
        };
    }

    /** A session has other sessions behind it than before; does not block. */
    void changed(SessionId session) {
        if (listeners.containsKey(session)) {
            look(session);
        }
    }

    private void look(SessionId id) {
        Thread.ofVirtual().name("listening-client").start(() -> {
            try {
                if (sessions.find(id) instanceof Lookup.Live(Session session)) {
                    listeners.getOrDefault(id, Set.of()).forEach(listener -> listener.follow(session));
                }
            } catch (StoreUnavailableException e) {
                // The next call in the session is heard all the same, on its own stream.
            }
        });
    }

    /** One stream of a client. */
    private final class Listener {

        private final Map<Upstream, SessionStreams.Held> held = new HashMap<>();
        private boolean closed;

        synchronized void follow(Session session) {
            if (closed) {
                return;
            }
            for (Upstream upstream : upstreams) {
                upstream.listen(session).ifPresent(now -> {
                    SessionStreams.Held before = held.put(upstream, now);
                    if (before != null) {
                        before.close();
                    }
                });
            }
        }

        synchronized void close() {
            closed = true;
            held.values().forEach(SessionStreams.Held::close);
            held.clear();
        }
    }
}
