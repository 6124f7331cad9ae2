package io.mcpsession.session;

import java.util.Optional;

/** Hears what happens to sessions, for metrics and logs. Must not block and must not throw. */
public interface SessionObserver {

    void opened(Session session);

    /** A caller whose id was missing, dead or not its own got a new session instead. */
    void renewed(Session session, RenewalCause cause);

    /**
     * Someone presented an id that was not minted for them.
     *
     * @param owner whose live session it is; empty when the id is forged, expired or could not be looked up
     */
    void mismatched(Principal caller, SessionId presented, Optional<Principal> owner);

    void touched();

    void ended(int count, Ending ending);

    /** Why a session was renewed. */
    enum RenewalCause {
        NO_ID, UNKNOWN_OR_EXPIRED, NOT_THE_OWNER
    }
}
