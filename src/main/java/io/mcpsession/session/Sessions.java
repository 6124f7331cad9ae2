package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.Situation;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The lifecycle: opens, resumes, validates and ends sessions. The one door for HTTP and gRPC alike.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store gave no answer, and those that may open a
 * session throw {@link SessionLimitException} when there may be no more. Thread-safe.
 */
public final class Sessions {

    private final SessionStore store;
    private final SessionIds ids;
    private final SessionPolicy policy;
    private final SessionCeiling ceiling;
    private final SessionObserver observer;
    private final Standings standings;

    public Sessions(SessionStore store, SessionIds ids, SessionPolicy policy, SessionCeiling ceiling,
                    SessionObserver observer) {
        this.store = store;
        this.ids = ids;
        this.policy = policy;
        this.ceiling = ceiling;
        this.observer = observer;
        this.standings = new Standings(store, ids, observer);
    }

    /** Opens a session for {@code owner}. */
    public Session open(Principal owner, Opening opening) {
        ceiling.check();
        return switch (store.create(ids.mint(owner), owner, opening)) {
            case Placement.Made(Session session, int evicted) -> {
                observer.opened(session);
                evicted(owner, evicted);
                yield session;
            }
            case Placement.Found _, Placement.Ended _, Placement.Outlived _ ->
                    throw new IllegalStateException("a fresh id was known");
        };
    }

    /**
     * Finds the session for an ordinary call and restarts its idle timer.
     *
     * @param renewal what a new session starts with, should one be needed
     */
    public Resumption resume(Arrival arrival, Opening renewal) {
        return arrival.conversation().filter(_ -> heedsConversation(arrival)).isPresent()
                ? inConversation(arrival, renewal)
                : switch (standings.of(arrival)) {
                    case Standing.Own(Session session) -> new Resumption.Served(session);
                    case Standing.None(Situation situation) -> otherwise(arrival, situation, renewal);
                };
    }

    private Resumption otherwise(Arrival arrival, Situation situation, Opening renewal) {
        return switch (policy.decide(situation)) {
            case RENEW -> renew(arrival, situation, renewal);
            case REVIVE -> revive(arrival, renewal);
            case SERVE -> new Resumption.Sessionless();
            case NOT_FOUND -> new Resumption.NotFound();
            case REJECT -> new Resumption.IdRequired();
        };
    }

    /**
     * Finds the session for a message that wants no answer, and restarts its idle timer. Opens none: there is nothing
     * to serve.
     */
    public Resumption acknowledge(Arrival arrival) {
        return switch (standings.of(arrival)) {
            case Standing.Own(Session session) -> new Resumption.Served(session);
            case Standing.None(Situation situation) -> switch (policy.decide(situation)) {
                case RENEW, REVIVE, SERVE -> new Resumption.Sessionless();
                case NOT_FOUND -> new Resumption.NotFound();
                case REJECT -> new Resumption.IdRequired();
            };
        };
    }

    /** The caller's own live session under this id, or the one that took its place. Restarts its idle timer. */
    public Optional<Session> own(Principal caller, String presented) {
        return standings.of(new Arrival(caller, Optional.of(presented))) instanceof Standing.Own(Session session)
                ? Optional.of(session)
                : Optional.empty();
    }

    /** The session of a conversation, opened if there is none. */
    public Session ofConversation(Principal caller, String conversation, Opening opening) {
        Arrival arrival = new Arrival(caller, Optional.empty(), Optional.of(conversation));
        if (inConversation(arrival, opening) instanceof Resumption.Served(Session session)) {
            return session;
        }
        throw new IllegalStateException("a conversation has no session");
    }

    /** A policy that refuses dead ids is not to be got round by naming a conversation. */
    private boolean heedsConversation(Arrival arrival) {
        if (arrival.presented().isEmpty()) {
            return true;
        }
        return policy.decide(Situation.EXPIRED) != SessionPolicy.Decision.NOT_FOUND && standings.provenId(arrival).isPresent();
    }

    private Resumption inConversation(Arrival arrival, Opening opening) {
        return anchored(Place.conversation(arrival.conversation().orElseThrow()), standings.provenId(arrival), arrival.caller(),
                opening, Situation.MISSING);
    }

    /** A client that goes on sending the old id must not get a session for each call. */
    private Resumption renew(Arrival arrival, Situation situation, Opening opening) {
        if (arrival.conversation().isPresent()) {
            return inConversation(arrival, opening);
        }
        if (arrival.presented().isPresent()) {
            return anchored(Place.formerly(arrival.presented().get()), Optional.empty(), arrival.caller(), opening,
                    situation);
        }
        ceiling.check();
        return made(store.create(ids.mint(arrival.caller()), arrival.caller(), opening), arrival.caller(), situation);
    }

    private Resumption anchored(Place place, Optional<SessionId> presented, Principal caller, Opening opening,
                                Situation situation) {
        // The ceiling keeps new sessions out, and nobody from those there are.
        Optional<SessionId> candidate = ceiling.reached() ? Optional.empty() : Optional.of(ids.mint(caller));
        return made(store.anchor(place, presented, candidate, caller, opening), caller, situation);
    }

    private Resumption revive(Arrival arrival, Opening opening) {
        ceiling.check();
        SessionId id = standings.provenId(arrival).orElseThrow();
        Placement placement = store.revive(id, arrival.caller(), opening);
        return switch (placement) {
            case Placement.Made(Session session, int evicted) -> {
                observer.revived(session);
                evicted(arrival.caller(), evicted);
                yield new Resumption.Served(session);
            }
            // Its lifetime is over, so it must not go on under this id; the caller may go on under another.
            case Placement.Outlived _ -> renew(arrival, Situation.EXPIRED, opening);
            case Placement.Found _, Placement.Ended _ -> made(placement, arrival.caller(), Situation.EXPIRED);
        };
    }

    private Resumption made(Placement placement, Principal caller, Situation situation) {
        return switch (placement) {
            case Placement.Found(Session session) -> {
                observer.touched();
                yield new Resumption.Served(session);
            }
            case Placement.Made(Session session, int evicted) -> {
                observer.renewed(session, situation);
                evicted(caller, evicted);
                yield new Resumption.Served(session);
            }
            case Placement.Ended _, Placement.Outlived _ -> new Resumption.NotFound();
        };
    }

    private void evicted(Principal owner, int count) {
        if (count > 0) {
            observer.evicted(owner, count);
        }
    }

    /**
     * Ends the caller's own session.
     *
     * @return whether it was alive and the caller's; somebody else's session looks like none at all
     */
    public boolean endOwn(Principal caller, String presented) {
        // Mostly it is alive, and then one step does it.
        Optional<SessionId> proven = standings.proven(caller, presented);
        if (proven.isPresent()
                && told(store.endLive(proven.get(), Ending.DELETED), Ending.DELETED) instanceof Lookup.Live) {
            return true;
        }
        Optional<Session> session = own(caller, presented);
        if (session.isEmpty()) {
            return false;
        }
        SessionId id = session.get().id();
        if (!id.value().equals(presented)) {
            // The id of before must not be renewed once more either.
            store.end(ids.parse(presented).orElse(id), Ending.DELETED);
        }
        return end(id, Ending.DELETED) instanceof Lookup.Live;
    }

    /** Ends a session on behalf of a trusted service. */
    public Lookup end(SessionId id, Ending ending) {
        return told(store.end(id, ending), ending);
    }

    private Lookup told(Lookup before, Ending ending) {
        if (before instanceof Lookup.Live(Session session)) {
            observer.ended(session.owner(), 1, ending);
        }
        return before;
    }

    /** Ends every session of a user but one, and says how many there were. */
    public int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        int count = store.endAll(owner, except, ending);
        if (count > 0) {
            observer.ended(owner, count, ending);
        }
        return count;
    }

    /** Reads a session on behalf of a trusted service; never extends it. */
    public Lookup find(SessionId id) {
        return store.find(id);
    }

    /** Reads a session as {@code claimed} would see it; never extends it. */
    public Lookup validate(SessionId id, Principal claimed) {
        Lookup lookup = store.find(id, claimed);
        if (lookup instanceof Lookup.OtherOwner(Principal owner)) {
            observer.mismatched(claimed, id, Optional.of(owner));
        }
        return lookup;
    }

    /** Restarts the idle timer on behalf of a trusted service. */
    public Lookup touch(SessionId id) {
        Lookup lookup = store.touch(id);
        if (lookup instanceof Lookup.Live) {
            observer.touched();
        }
        return lookup;
    }

    /** Restarts the idle timer, unless the session is not {@code claimed}'s: then it is left as it is. */
    public Lookup touch(SessionId id, Principal claimed) {
        Lookup lookup = store.resume(id, claimed);
        if (lookup instanceof Lookup.Live) {
            observer.touched();
        } else if (lookup instanceof Lookup.OtherOwner(Principal owner)) {
            observer.mismatched(claimed, id, Optional.of(owner));
        }
        return lookup;
    }

    /** As {@link SessionStore#update}; empty when it is gone. */
    public Optional<Session> change(SessionId id, UnaryOperator<Session> change) {
        return store.update(id, change) instanceof Lookup.Live(Session now) ? Optional.of(now) : Optional.empty();
    }

    /** A page of a user's live sessions, oldest first. */
    public SessionPage list(Principal owner, Optional<SessionId> after, int size) {
        return store.list(owner, after, size);
    }

    /** How many sessions are alive. */
    public long count() {
        return store.count();
    }
}
