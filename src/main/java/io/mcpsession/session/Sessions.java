package io.mcpsession.session;

import io.mcpsession.session.SessionObserver.RenewalCause;
import java.util.Optional;

/**
 * The lifecycle: opens, resumes, validates and ends sessions. The one door for HTTP and gRPC alike.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store gave no answer. Thread-safe.
 */
public final class Sessions {

    private final SessionStore store;
    private final SessionIds ids;
    private final SessionObserver observer;
    private final MismatchInquiry mismatches;

    public Sessions(SessionStore store, SessionIds ids, SessionObserver observer) {
        this.store = store;
        this.ids = ids;
        this.observer = observer;
        this.mismatches = new MismatchInquiry(store, observer);
    }

    /** Opens a session for {@code owner}. */
    public Session open(Principal owner, Opening opening) {
        Session session = store.create(ids.mint(owner), owner, opening);
        observer.opened(session);
        return session;
    }

    /**
     * Finds the session for an ordinary call and restarts its idle timer.
     *
     * @param presented the id as the client sent it, in whatever shape; empty when it sent none
     * @param renewal   what a new session starts with, should one be needed
     */
    public Resumption resume(Principal caller, Optional<String> presented, Opening renewal) {
        return switch (standing(caller, presented)) {
            case Standing.Own(Session session) -> new Resumption.Continued(session);
            case Standing.None(RenewalCause cause) -> renew(caller, renewal, cause);
            case Standing.Ended _ -> new Resumption.Gone();
        };
    }

    /**
     * Restarts the idle timer for a message that wants no answer. Never opens a session: there is no call to serve.
     *
     * @return what became of it; {@link Standing.None} when there is no session and none is needed
     */
    public Standing acknowledge(Principal caller, Optional<String> presented) {
        return standing(caller, presented);
    }

    /** How a caller stands to the id it presented. */
    public sealed interface Standing {

        /** A live session of the caller's; its idle timer was restarted. */
        record Own(Session session) implements Standing {
        }

        /** No live session of the caller's. */
        record None(RenewalCause why) implements Standing {
        }

        /** A session that was ended on purpose. */
        record Ended() implements Standing {
        }
    }

    private Standing standing(Principal caller, Optional<String> presented) {
        if (presented.isEmpty()) {
            return new Standing.None(RenewalCause.NO_ID);
        }
        Optional<SessionId> id = SessionId.parse(presented.get());
        if (id.isEmpty()) {
            return new Standing.None(RenewalCause.UNKNOWN_OR_EXPIRED);
        }
        if (!ids.proves(id.get(), caller)) {
            mismatches.ask(caller, id.get());
            return new Standing.None(RenewalCause.NOT_THE_OWNER);
        }
        return switch (store.resume(id.get(), caller)) {
            case Lookup.Live(Session session) -> {
                observer.touched();
                yield new Standing.Own(session);
            }
            case Lookup.Absent _ -> new Standing.None(RenewalCause.UNKNOWN_OR_EXPIRED);
            case Lookup.Ended _ -> new Standing.Ended();
            case Lookup.OtherOwner(Principal owner) -> {
                observer.mismatched(caller, id.get(), Optional.of(owner));
                yield new Standing.None(RenewalCause.NOT_THE_OWNER);
            }
        };
    }

    private Resumption renew(Principal caller, Opening opening, RenewalCause cause) {
        Session session = store.create(ids.mint(caller), caller, opening);
        observer.renewed(session, cause);
        return new Resumption.Renewed(session);
    }

    /**
     * Ends the caller's own session.
     *
     * @return whether it was alive and the caller's; somebody else's session looks like none at all
     */
    public boolean endOwn(Principal caller, String presented) {
        Optional<SessionId> id = SessionId.parse(presented);
        if (id.isEmpty()) {
            return false;
        }
        if (!ids.proves(id.get(), caller)) {
            mismatches.ask(caller, id.get());
            return false;
        }
        return end(id.get(), Ending.DELETED) instanceof Lookup.Live;
    }

    /** Ends a session on behalf of a trusted service. */
    public Lookup end(SessionId id, Ending ending) {
        Lookup before = store.end(id, ending);
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
        Lookup lookup = store.find(id);
        return lookup instanceof Lookup.Live(Session session) && !session.owner().equals(claimed)
                ? new Lookup.OtherOwner(session.owner())
                : lookup;
    }

    /** Restarts the idle timer on behalf of a trusted service. */
    public Lookup touch(SessionId id) {
        Lookup lookup = store.touch(id);
        if (lookup instanceof Lookup.Live) {
            observer.touched();
        }
        return lookup;
    }

    /**
     * Sets an attribute of a live session.
     *
     * @return false when the session is gone
     */
    public boolean setAttribute(SessionId id, String name, String value) {
        return store.update(id, session -> session.with(name, value)) instanceof Lookup.Live;
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
