package io.mcpsession.session;

import java.time.Duration;
import java.time.Instant;

/**
 * How long sessions may live, and how many there may be.
 *
 * @param idleTtl          a session nobody uses ends after this; each accepted request restarts it
 * @param absoluteLifetime counted from creation and never extended
 * @param perUser          most sessions of one user
 * @param whenFull         what happens to a user who has that many and wants another
 * @param total            about the most sessions of all users together; protects the memory of the store
 */
public record SessionLimits(Duration idleTtl, Duration absoluteLifetime, int perUser, WhenFull whenFull, long total) {

    public SessionLimits {
        if (idleTtl.toMillis() <= 0) {
            throw new IllegalArgumentException("mcp.session.idle-ttl must be positive, was " + idleTtl);
        }
        if (absoluteLifetime.compareTo(idleTtl) < 0) {
            throw new IllegalArgumentException("mcp.session.absolute-lifetime must be at least mcp.session.idle-ttl ("
                    + idleTtl + "), was " + absoluteLifetime);
        }
        if (perUser < 1 || total < 1) {
            throw new IllegalArgumentException("mcp.session.max-per-user and mcp.session.max-total must be positive");
        }
    }

    /** Limits of time alone. */
    public SessionLimits(Duration idleTtl, Duration absoluteLifetime) {
        this(idleTtl, absoluteLifetime, Integer.MAX_VALUE, WhenFull.REJECT, Long.MAX_VALUE);
    }

    /** When a session with this id ends whatever its use. */
    public Instant deadline(SessionId id) {
        return Instant.ofEpochMilli(id.createdMillis()).plus(absoluteLifetime);
    }

    /** What happens to a user who has too many sessions. */
    public enum WhenFull {
        /** The session unused for longest makes room. */
        EVICT_OLDEST,
        /** The new one is refused. */
        REJECT
    }
}
