package io.mcpsession.session;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The store's promises in the fewest lines: reference for the real stores and stand-in for them where a test is about
 * something else. It forgets nothing, so it is no store to run with.
 */
public final class MemorySessionStore implements SessionStore {

    private final SessionLimits limits;
    private final InstantSource clock;
    // Ids begin with the time of their creation, so their natural order is oldest first.
    private final TreeMap<String, Session> sessions = new TreeMap<>();
    private final Map<SessionId, Ending> tombstones = new HashMap<>();

    public MemorySessionStore(SessionLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public synchronized Session create(SessionId id, Principal owner, Opening opening) {
        if (tombstones.containsKey(id)) {
            return Session.opened(id, owner, clock.instant(), opening);
        }
        Session session = Session.opened(id, owner, idleExpiry(id), opening);
        sessions.put(id.value(), session);
        return session;
    }

    @Override
    public synchronized Lookup resume(SessionId id, Principal caller) {
        return find(id) instanceof Lookup.Live(Session session) && !session.owner().equals(caller)
                ? new Lookup.OtherOwner(session.owner())
                : touch(id);
    }

    @Override
    public synchronized Lookup find(SessionId id) {
        Session session = sessions.get(id.value());
        if (session != null && alive(session)) {
            return new Lookup.Live(session);
        }
        Ending ending = tombstones.get(id);
        return ending == null ? Lookup.Absent.INSTANCE : new Lookup.Ended(ending);
    }

    @Override
    public synchronized Lookup touch(SessionId id) {
        if (!(find(id) instanceof Lookup.Live(Session session))) {
            return find(id);
        }
        Session touched = session.expiring(idleExpiry(id));
        sessions.put(id.value(), touched);
        return new Lookup.Live(touched);
    }

    @Override
    public synchronized Lookup update(SessionId id, UnaryOperator<Session> change) {
        if (!(find(id) instanceof Lookup.Live(Session session))) {
            return find(id);
        }
        sessions.put(id.value(), change.apply(session));
        return find(id);
    }

    @Override
    public synchronized Lookup end(SessionId id, Ending ending) {
        Lookup before = find(id);
        sessions.remove(id.value());
        tombstones.putIfAbsent(id, ending);
        return before;
    }

    @Override
    public synchronized int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        List<SessionId> doomed = living(owner).map(Session::id).filter(id -> !Optional.of(id).equals(except)).toList();
        doomed.forEach(id -> end(id, ending));
        return doomed.size();
    }

    @Override
    public synchronized SessionPage list(Principal owner, Optional<SessionId> after, int size) {
        List<Session> following = living(owner)
                .filter(session -> after.isEmpty() || session.id().value().compareTo(after.get().value()) > 0)
                .toList();
        return new SessionPage(following.subList(0, Math.min(size, following.size())), following.size() > size);
    }

    @Override
    public synchronized long count() {
        return sessions.values().stream().filter(this::alive).count();
    }

    private Stream<Session> living(Principal owner) {
        return sessions.values().stream().filter(session -> session.owner().equals(owner)).filter(this::alive);
    }

    private boolean alive(Session session) {
        return session.expires().isAfter(clock.instant());
    }

    private Instant idleExpiry(SessionId id) {
        Instant idle = clock.instant().plus(limits.idleTtl());
        Instant deadline = limits.deadline(id);
        return idle.isBefore(deadline) ? idle : deadline;
    }
}
