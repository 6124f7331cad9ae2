package io.mcpsession.session;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Where sessions live. Each verb on one session is one atomic step and one round trip, and each sentence here is a
 * promise held by the store's contract test.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store gave no answer; callers must not read that as
 * absence. Methods return no {@code null}.
 */
public interface SessionStore {

    /**
     * Writes a new session. Repeating the call with the same id is harmless, so it may be retried.
     *
     * @return {@link Placement.Made}, or {@link Placement.Ended} for an id that was ended meanwhile
     * @throws SessionLimitException when the owner has as many as there may be and none may make room
     */
    Placement create(SessionId id, Principal owner, Opening opening);

    /**
     * Writes a new session, unless a request of the same name did so for this owner within
     * {@link RequestId#REMEMBERED}.
     *
     * @throws SessionLimitException when the owner has as many as there may be and none may make room
     */
    Creation create(SessionId id, Principal owner, Opening opening, RequestId request);

    /**
     * Writes an empty session under an id whose time has run out. Of two who try at once, one makes it and both get it.
     * What was ended stays ended, and no id goes on past its absolute lifetime ({@link Placement.Outlived}).
     *
     * @param id      proven to be the owner's
     * @param opening where it leaves the client open, what was known of it goes on: name, capabilities, revision, level of
     *                log messages and subscriptions
     * @throws SessionLimitException when the owner has as many as there may be and none may make room
     */
    Placement revive(SessionId id, Principal owner, Opening opening);

    /**
     * Finds the session of a place of its owner and restarts its idle timer, or puts a new one there, in one step: of
     * two who come at once both get the same. A live session that the client presents becomes that of a place without
     * one; beside another it makes way, unless something was stored in it. An id that was ended stays ended, and so
     * does whatever stood for it; a conversation whose session was ended begins anew.
     *
     * <p>Where the opening leaves the client open, what is known of it goes on, as with {@link #revive}: from the session
     * that was at the place last, or else from that of the id the place or the client names. Of one that was ended on
     * purpose nothing goes on.
     *
     * @param presented an id the client sent, proven to be the owner's
     * @param candidate the id of a new session, should one be needed; empty when there may be none
     * @throws SessionLimitException when one is needed and there may be none, or the owner has as many as there may be
     *                               and none may make room
     */
    Placement anchor(Place place, Optional<SessionId> presented, Optional<SessionId> candidate, Principal owner,
                     Opening opening);

    /**
     * Reads a session for its owner and restarts its idle timer, never past its absolute lifetime. A dead id whose
     * place another session has taken ({@link Place#formerly}) stands for that one.
     *
     * @return {@link Lookup.Live} only when it exists and belongs to {@code caller}; a session of somebody else is
     *         neither returned nor extended
     */
    Lookup resume(SessionId id, Principal caller);

    /** Reads a session as its owner would, and extends nothing. Otherwise like {@link #resume}. */
    Lookup find(SessionId id, Principal caller);

    /** Reads a session without extending it. Never answers {@link Lookup.OtherOwner}. */
    Lookup find(SessionId id);

    /**
     * Answers each as {@link #resume}, {@link #touch}, or one of the {@code find}, would, in few round trips.
     *
     * @return as many as there were inquiries, in their order
     */
    List<Lookup> lookUp(List<Inquiry> inquiries);

    /** Restarts the idle timer of a live session. A dead one stays dead. Never answers {@link Lookup.OtherOwner}. */
    Lookup touch(SessionId id);

    /**
     * Changes a live session in place, in one atomic step; its expiry stays as it is. The change is made again when
     * another replica changed the session meanwhile, so it must have no side effects. A dead session stays dead.
     *
     * @param change may change anything but the id and the owner
     * @return {@link Lookup.Live} with the session as it is now
     */
    Lookup update(SessionId id, UnaryOperator<Session> change);

    /**
     * Ends a session and leaves a tombstone, whether it was alive or not, so that nothing can bring the id back.
     *
     * @return what the id was before
     */
    Lookup end(SessionId id, Ending ending);

    /** The same for a session that is alive; changes nothing otherwise. */
    Lookup endLive(SessionId id, Ending ending);

    /**
     * Ends every session of {@code owner} but {@code except}.
     *
     * @return how many were alive and are now ended
     */
    int endAll(Principal owner, Optional<SessionId> except, Ending ending);

    /**
     * Live sessions of {@code owner}, oldest first.
     *
     * @param after where the page before ended; empty for the first page
     * @param size  at most this many, at least 1
     */
    SessionPage list(Principal owner, Optional<SessionId> after, int size);

    /** How many sessions are alive. */
    long count();

    /** How many sessions of {@code owner} are alive. */
    long count(Principal owner);
}
