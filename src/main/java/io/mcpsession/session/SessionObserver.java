package io.mcpsession.session;

import java.util.Optional;

/** Hears what happens to sessions, of that only what it cares for. Must not block and must not throw. */
public interface SessionObserver {

    default void opened(Session session) {
    }

    /** A caller whose id was missing, dead or not its own got a new session instead. */
    default void renewed(Session session, RenewalCause cause) {
    }

    /**
     * Someone presented an id that was not minted for them.
     *
     * @param owner whose live session it is; empty when the id is forged, expired or could not be looked up
     */
    default void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
    }

    default void touched() {
    }

    /** Sessions of one user were ended before their time. */
    default void ended(Principal owner, int count, Ending ending) {
    }

    /** Why a session was renewed. */
    enum RenewalCause {
        NO_ID, UNKNOWN_OR_EXPIRED, NOT_THE_OWNER
    }
}
