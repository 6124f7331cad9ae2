package io.mcpsession.grpc;

import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.ValidateSessionResponse;
import java.time.Duration;
import java.time.InstantSource;

/** Writes a verdict as the answer to a question, where no verdict is a failure. */
final class Decisions {

    /** As soon as a revocation reaches every replica, whoever reuses an answer must have noticed it as well. */
    private static final Duration REUSE_ACTIVE = Duration.ofSeconds(1);
    /** What was ended never comes back; the bound is for the memory of who reuses the answer. */
    private static final Duration REUSE_ENDED = Duration.ofMinutes(1);

    private final SessionLimits limits;
    private final InstantSource clock;

    Decisions(SessionLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    static Decision of(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Active _ -> Decision.DECISION_ACTIVE;
            case Verdict.NotFound _ -> Decision.DECISION_NOT_FOUND;
            case Verdict.Expired _ -> Decision.DECISION_EXPIRED;
            case Verdict.OwnerMismatch _ -> Decision.DECISION_OWNER_MISMATCH;
            case Verdict.Deleted _ -> Decision.DECISION_DELETED;
            case Verdict.Revoked _ -> Decision.DECISION_REVOKED;
        };
    }

    ValidateSessionResponse response(Verdict verdict) {
        ValidateSessionResponse.Builder response = ValidateSessionResponse.newBuilder().setDecision(of(verdict));
        switch (verdict) {
            case Verdict.Active active -> {
                var session = active.session();
                response.setExpireTime(Messages.timestamp(session.expires()))
                        .setAbsoluteExpireTime(Messages.timestamp(limits.deadline(session.id())))
                        .setSession(Messages.session(active, limits.deadline(session.id())))
                        .setSessionEpoch(session.epoch())
                        .setCacheTtl(Messages.duration(shorter(REUSE_ACTIVE, left(active))));
            }
            case Verdict.Expired(SessionId id, _) ->
                    response.setAbsoluteExpireTime(Messages.timestamp(limits.deadline(id)));
            case Verdict.Revoked(String reason) ->
                    response.setRevocationReason(reason).setCacheTtl(Messages.duration(REUSE_ENDED));
            case Verdict.Deleted _ -> response.setCacheTtl(Messages.duration(REUSE_ENDED));
            case Verdict.NotFound _, Verdict.OwnerMismatch _ -> { }
        }
        return response.build();
    }

    /** How long the session lives unless it is used before. */
    Duration left(Verdict.Active active) {
        Duration left = Duration.between(clock.instant(), active.session().expires());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
