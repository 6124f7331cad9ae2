package io.mcpsession.session;

/**
 * What a call gets whose session id is missing, dead or not the caller's own.
 *
 * @param onExpired  for an id of the caller's whose session is gone, and for an id nobody ever had
 * @param onMismatch for an id that was not minted for the caller
 * @param onMissing  for a call without an id, other than {@code initialize}
 */
public record SessionPolicy(OnExpired onExpired, OnMismatch onMismatch, OnMissing onMissing) {

    /** The original system: every call is served, in a new session where need be. */
    public static final SessionPolicy COMPAT =
            new SessionPolicy(OnExpired.RENEW, OnMismatch.RENEW, OnMissing.RENEW);
    /** The specification to the letter (2025-11-25, Transports, Session Management). */
    public static final SessionPolicy STRICT =
            new SessionPolicy(OnExpired.NOT_FOUND, OnMismatch.NOT_FOUND, OnMissing.REJECT);
    /** What serves every client there is: the same id goes on, and none is needed. */
    public static final SessionPolicy ROBUST =
            new SessionPolicy(OnExpired.REVIVE, OnMismatch.NOT_FOUND, OnMissing.SERVE);

    /** {@code mcp.session.on-expired}. */
    public enum OnExpired {
        RENEW, NOT_FOUND, REVIVE
    }

    /** {@code mcp.session.on-mismatch}. */
    public enum OnMismatch {
        RENEW, NOT_FOUND
    }

    /** {@code mcp.session.on-missing}. */
    public enum OnMissing {
        RENEW, REJECT, SERVE
    }

    /** How a call comes when it has no live session of the caller's. */
    public enum Situation {
        /** No id. */
        MISSING,
        /** An id minted for the caller, whose session is gone. */
        EXPIRED,
        /** An id of a shape this server never mints. */
        UNKNOWN,
        /** An id minted for somebody else, or forged. */
        FOREIGN,
        /** An id whose session was ended on purpose. */
        ENDED
    }

    /** What becomes of the call. */
    public enum Decision {
        /** A new session serves it. */
        RENEW,
        /** A session under the same id serves it. */
        REVIVE,
        /** It is served without a session. */
        SERVE,
        /** It is refused, as if the id had never been. */
        NOT_FOUND,
        /** It is refused for want of an id. */
        REJECT
    }

    /** The table. Nothing is decided elsewhere. */
    Decision decide(Situation situation) {
        return switch (situation) {
            case MISSING -> switch (onMissing) {
                case RENEW -> Decision.RENEW;
                case REJECT -> Decision.REJECT;
                case SERVE -> Decision.SERVE;
            };
            case EXPIRED -> switch (onExpired) {
                case RENEW -> Decision.RENEW;
                case NOT_FOUND -> Decision.NOT_FOUND;
                case REVIVE -> Decision.REVIVE;
            };
            // Reviving an id that proves nothing would let a caller choose its id (session fixation).
            case UNKNOWN -> switch (onExpired) {
                case RENEW -> Decision.RENEW;
                case NOT_FOUND, REVIVE -> Decision.NOT_FOUND;
            };
            case FOREIGN -> switch (onMismatch) {
                case RENEW -> Decision.RENEW;
                case NOT_FOUND -> Decision.NOT_FOUND;
            };
            case ENDED -> Decision.NOT_FOUND;
        };
    }
}
