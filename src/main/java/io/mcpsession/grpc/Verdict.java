package io.mcpsession.grpc;

import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;

/** What may be done with a session id. */
sealed interface Verdict {

    /** The session is alive and, where somebody claimed it, theirs. */
    record Active(Session session) implements Verdict {
    }

    /** There is no session to work with. */
    sealed interface Refusal extends Verdict {
    }

    /** Never issued, or no longer known to have been. */
    record NotFound(SessionId id) implements Refusal {
    }

    /** It was a session until its time was up. */
    record Expired(SessionId id, Limit limit) implements Refusal {
    }

    /** Alive, but somebody else's. */
    record OwnerMismatch() implements Refusal {
    }

    /** Ended by its client or by a service on its behalf. */
    record Deleted(SessionId id) implements Refusal {
    }

    /** Ended against its client's will. */
    record Revoked(String reason) implements Refusal {
    }

    /** Which limit ended a session. */
    enum Limit {
        IDLE, ABSOLUTE
    }
}
