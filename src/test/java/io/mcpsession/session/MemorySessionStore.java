package io.mcpsession.session;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import static java.util.Comparator.comparing;

/**
 * The store's promises in the fewest lines: reference for the real stores and stand-in for them where a test is about
 * something else. It forgets nothing, so it is no store to run with.
 */
public final class MemorySessionStore implements SessionStore {

    private final InstantSource clock;
    private volatile SessionLimits limits;
    // Ids begin with the time of their creation, so their natural order is oldest first.
    private final TreeMap<String, Session> sessions = new TreeMap<>();
    private final Map<SessionId, Ending> tombstones = new HashMap<>();
    private final Map<Spot, Occupant> places = new HashMap<>();
    /** Which session was the last of a place. */
    private final Map<Spot, SessionId> lastThere = new HashMap<>();
    private final Map<SessionId, Session> evicted = new HashMap<>();
    /** The last time that all sessions of a user were ended. */
    private final Map<Principal, EndOfAll> endsOfAll = new HashMap<>();
    private final Set<SessionId> inUse = new HashSet<>();
    private final Map<Name, Request> requests = new HashMap<>();

    /** A place of one user. */
    private record Spot(Principal owner, Place place) {
    }

    private record Occupant(SessionId id, Instant until) {
    }

    private record EndOfAll(Instant at, Optional<SessionId> except) {

        /**
         * An id says when it was minted by the clock of its replica. Where that was behind, one that was minted afterwards
         * counts as an earlier one: too little is known then, never too much.
         */
        boolean meant(SessionId id) {
            return !except.equals(Optional.of(id)) && id.createdMillis() <= at.toEpochMilli();
        }
    }

    public MemorySessionStore(SessionLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** The same store, from now on within these limits. */
    MemorySessionStore within(SessionLimits others) {
        limits = others;
        return this;
    }

    /** Says that something is stored in a session, which this store has no means to see. */
    public synchronized void use(SessionId id) {
        inUse.add(id);
    }

    @Override
    public synchronized Placement create(SessionId id, Principal owner, Opening opening) {
        if (tombstones.containsKey(id)) {
            return new Placement.Ended(tombstones.get(id));
        }
        return make(id, owner, opening);
    }

    @Override
    public synchronized Creation create(SessionId id, Principal owner, Opening opening, RequestId request) {
        Request before = requests.get(new Name(owner, request.name()));
        if (before != null) {
            return before.body().equals(request.body())
                    ? new Creation.Repeated(before.opened(), find(before.opened()))
                    : new Creation.NameTaken();
        }
        Placement.Made made = make(id, owner, opening);
        requests.put(new Name(owner, request.name()), new Request(request.body(), id));
        return new Creation.Made(made.session(), made.evicted());
    }

    private record Name(Principal owner, String request) {
    }

    private record Request(String body, SessionId opened) {
    }

    @Override
    public synchronized Placement revive(SessionId id, Principal owner, Opening opening) {
        if (tombstones.containsKey(id)) {
            return new Placement.Ended(tombstones.get(id));
        }
        if (find(id) instanceof Lookup.Live(Session session)) {
            return new Placement.Found(session);
        }
        inUse.remove(id);
        if (!limits.deadline(id).isAfter(clock.instant())) {
            return new Placement.Outlived();
        }
        Placement.Made made = make(id, owner, known(id, owner).map(opening::inPlaceOf).filter(_ -> opening.leavesClientOpen())
                .orElse(opening));
        Session revived = made.session().inEpoch(clock.millis());
        sessions.put(id.value(), revived);
        return new Placement.Made(revived, made.evicted());
    }

    private Placement.Made make(SessionId id, Principal owner, Opening opening) {
        int evicted = find(id) instanceof Lookup.Live ? 0 : makeRoom(owner);
        Session session = Session.opened(id, owner, idleExpiry(id), opening);
        sessions.put(id.value(), session);
        return new Placement.Made(session, evicted);
    }

    private int makeRoom(Principal owner) {
        List<Session> unusedForLongestFirst =
                living(owner).sorted(comparing(Session::expires).thenComparing(s -> s.id().value())).toList();
        int excess = unusedForLongestFirst.size() - limits.perUser() + 1;
        if (excess > 0 && limits.whenFull() == SessionLimits.WhenFull.REJECT) {
            throw new SessionLimitException(SessionLimitException.Scope.USER);
        }
        unusedForLongestFirst.stream().limit(Math.max(excess, 0))
                .forEach(s -> evicted.put(s.id(), sessions.remove(s.id().value())));
        return Math.max(excess, 0);
    }

    @Override
    public synchronized Placement anchor(Place place, Optional<SessionId> presented,
                                         Optional<SessionId> candidate, Principal owner, Opening opening) {
        Optional<Lookup> own = presented.map(this::find);
        if (own.isPresent() && own.get() instanceof Lookup.Ended(Ending ending)) {
            return new Placement.Ended(ending);
        }
        Spot spot = new Spot(owner, place);
        Optional<SessionId> occupant = occupant(spot);
        Lookup placed = occupant.map(this::find).orElse(Lookup.Absent.INSTANCE);
        if (placed instanceof Lookup.Ended(Ending ending) && !place.outlivesItsSession()) {
            return new Placement.Ended(ending);
        }
        if (own.isPresent() && own.get() instanceof Lookup.Live(Session session) && !occupant.equals(presented)) {
            return beside(session.id(), placed, spot);
        }
        if (placed instanceof Lookup.Live(Session there)) {
            Session session = touched(there.id());
            occupy(spot, session);
            return new Placement.Found(session);
        }
        SessionId fresh = candidate.orElseThrow(() -> new SessionLimitException(SessionLimitException.Scope.TOTAL));
        Placement.Made made = make(fresh, owner, Optional.ofNullable(lastThere.get(spot))
                .or(place::former).or(() -> presented)
                .filter(_ -> opening.leavesClientOpen())
                .flatMap(former -> known(former, owner)).map(opening::inPlaceOf).orElse(opening));
        settle(spot, made.session());
        return made;
    }

    /** What is known of the client of a session that is over. */
    private Optional<Session> known(SessionId id, Principal owner) {
        return Optional.ofNullable(sessions.getOrDefault(id.value(), evicted.get(id)))
                .filter(session -> session.owner().equals(owner))
                .filter(session -> !session.client().equals(ClientInfo.UNKNOWN)
                        || session.attributes().containsKey(Session.LOG_LEVEL))
                .filter(_ -> !tombstones.containsKey(id))
                .filter(_ -> !endsOfAll.containsKey(owner) || !endsOfAll.get(owner).meant(id))
                .filter(_ -> limits.deadline(id).plusSeconds(3600).isAfter(clock.instant()));
    }

    /** A live session meets a place that is not its own. */
    private Placement beside(SessionId id, Lookup placed, Spot spot) {
        if (!(placed instanceof Lookup.Live(Session there))) {
            Session session = touched(id);
            settle(spot, session);
            return new Placement.Found(session);
        }
        if (inUse.contains(id)) {
            return new Placement.Found(touched(id));
        }
        sessions.remove(id.value());
        evicted.remove(id);
        Session session = touched(there.id());
        occupy(spot, session);
        occupy(new Spot(spot.owner(), Place.formerly(id.value())), session);
        return new Placement.Found(session);
    }

    private Optional<SessionId> occupant(Spot spot) {
        return Optional.ofNullable(places.get(spot)).filter(it -> it.until().isAfter(clock.instant()))
                .map(Occupant::id);
    }

    private void occupy(Spot spot, Session session) {
        places.put(spot, new Occupant(session.id(), session.expires()));
    }

    /** The same of one that comes there. One that made way is not remembered with the one it made way to. */
    private void settle(Spot spot, Session session) {
        occupy(spot, session);
        lastThere.put(spot, session.id());
    }

    @Override
    public synchronized Lookup resume(SessionId id, Principal caller) {
        Spot alias = new Spot(caller, Place.formerly(id.value()));
        Lookup found = find(id, caller);
        if (!(found instanceof Lookup.Live(Session session))) {
            return found;
        }
        Session touched = touched(session.id());
        if (!session.id().equals(id)) {
            occupy(alias, touched);
        }
        return new Lookup.Live(touched);
    }

    @Override
    public synchronized Lookup find(SessionId id, Principal caller) {
        Lookup found = find(id);
        if (found == Lookup.Absent.INSTANCE) {
            found = occupant(new Spot(caller, Place.formerly(id.value()))).map(this::find).orElse(found);
        }
        return found instanceof Lookup.Live(Session session) && !session.owner().equals(caller)
                ? new Lookup.OtherOwner(session.owner())
                : found;
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
    public synchronized List<Lookup> lookUp(List<Inquiry> inquiries) {
        return inquiries.stream().map(it -> it.caller()
                .map(caller -> it.touch() ? resume(it.id(), caller) : find(it.id(), caller))
                .orElseGet(() -> it.touch() ? touch(it.id()) : find(it.id()))).toList();
    }

    @Override
    public synchronized long count(Principal owner) {
        return living(owner).count();
    }

    @Override
    public synchronized Lookup touch(SessionId id) {
        return find(id) instanceof Lookup.Live ? new Lookup.Live(touched(id)) : find(id);
    }

    private Session touched(SessionId id) {
        return sessions.compute(id.value(), (_, session) -> session.expiring(idleExpiry(id)));
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
        evicted.remove(id);
        tombstones.putIfAbsent(id, ending);
        return before;
    }

    @Override
    public synchronized Lookup endLive(SessionId id, Ending ending) {
        return find(id) instanceof Lookup.Live ? end(id, ending) : find(id);
    }

    @Override
    public synchronized int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        List<SessionId> doomed = living(owner).map(Session::id).filter(id -> !Optional.of(id).equals(except)).toList();
        doomed.forEach(id -> end(id, ending));
        endsOfAll.put(owner, new EndOfAll(clock.instant(), except));
        sessions.values().removeIf(session -> session.owner().equals(owner) && !Optional.of(session.id()).equals(except));
        evicted.values().removeIf(session -> session.owner().equals(owner)
                && !Optional.of(session.id()).equals(except));
        lastThere.entrySet().removeIf(last -> last.getKey().owner().equals(owner)
                && !Optional.of(last.getValue()).equals(except));
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
