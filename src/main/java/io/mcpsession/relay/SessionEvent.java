package io.mcpsession.relay;

import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.Optional;

/**
 * What happened to a session.
 *
 * @param at      when, by the store's clock
 * @param expires when a session that began or goes on ends unless it is used before
 * @param reason  what the revocation was given; empty for every other kind
 */
public record SessionEvent(Kind kind, SessionId session, Principal owner, Instant at, Optional<Instant> expires,
                           String reason) {

    /** What can happen. */
    public enum Kind {
        /** It was opened. */
        CREATED,
        /** Its time had run out, and it goes on under its id. */
        RENEWED,
        /** Its client ended it, or a service on its behalf. */
        ENDED,
        /** It was ended against its client's will. */
        REVOKED,
        /** Its time was up. Told when that was noticed, which may be seconds later. */
        EXPIRED,
        /** It made room for another of its user's. */
        EVICTED
    }
}
