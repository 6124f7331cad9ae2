package io.mcpsession.grpc;

import io.mcpsession.grpc.Verdict.Limit;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import java.time.InstantSource;
import java.util.Optional;

/** Says what a look-up means, and tells an expired session from one that never was. */
final class Verdicts {

    private final SessionIds ids;
    private final SessionLimits limits;
    private final InstantSource clock;

    Verdicts(SessionIds ids, SessionLimits limits, InstantSource clock) {
        this.ids = ids;
        this.limits = limits;
        this.clock = clock;
    }

    /** The id in a text, if it is one. */
    Optional<SessionId> id(String text) {
        return ids.parse(text);
    }

    /** The id in a field. */
    SessionId id(String field, String text) {
        return id(text).orElseThrow(() -> GrpcErrors.malformedId(field));
    }

    /**
     * @param claimed the principal in whose name the id is presented; empty when nobody's
     * @throws io.mcpsession.session.StoreUnavailableException when the signing keys could not be read yet
     */
    Verdict of(SessionId id, Optional<Principal> claimed, Lookup lookup) {
        return switch (lookup) {
            case Lookup.Live(Session session) -> new Verdict.Active(session);
            case Lookup.OtherOwner _ -> new Verdict.OwnerMismatch();
            case Lookup.Ended(Ending ending) -> switch (ending.kind()) {
                case DELETED -> new Verdict.Deleted(id);
                case REVOKED -> new Verdict.Revoked(ending.reason());
            };
            case Lookup.Absent _ -> absent(id, claimed);
        };
    }

    /** The session, or the refusal as the failure of the call. */
    static Verdict.Active live(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Active active -> active;
            case Verdict.Refusal refusal -> throw GrpcErrors.of(refusal);
        };
    }

    private Verdict absent(SessionId id, Optional<Principal> claimed) {
        if (!clock.instant().isBefore(limits.deadline(id))) {
            return new Verdict.Expired(id, Limit.ABSOLUTE);
        }
        // The tag of the id says that it was issued to exactly this principal, so there was a session once.
        return claimed.isPresent() && ids.proves(id, claimed.get())
                ? new Verdict.Expired(id, Limit.IDLE)
                : new Verdict.NotFound(id);
    }
}
