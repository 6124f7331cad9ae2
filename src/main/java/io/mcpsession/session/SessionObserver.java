package io.mcpsession.session;

import io.mcpsession.session.SessionPolicy.Situation;
import java.util.Optional;

/** Hears what happens to sessions, of that only what it cares for. Must not block and must not throw. */
public interface SessionObserver {

    default void opened(Session session) {
    }

    /** A caller whose id was missing, dead or not its own got a new session instead. */
    default void renewed(Session session, Situation why) {
    }

    /**
     * Someone presented an id that was not minted for them.
     *
     * @param owner whose live session it is; empty when the id is forged, expired or could not be looked up
     */
    default void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
    }

    /** A session whose time had run out goes on under its id. */
    default void revived(Session session) {
    }

    /** Sessions of one user had to make room for another of the same user. */
    default void evicted(Principal owner, int count) {
    }

    default void touched() {
    }

    /** Sessions of one user were ended before their time. */
    default void ended(Principal owner, int count, Ending ending) {
    }
}
