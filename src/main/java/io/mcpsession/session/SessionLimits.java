package io.mcpsession.session;

import java.time.Duration;
import java.time.Instant;

/**
 * How long a session may live.
 *
 * @param idleTtl          a session nobody uses ends after this; each accepted request restarts it
 * @param absoluteLifetime counted from creation and never extended
 */
public record SessionLimits(Duration idleTtl, Duration absoluteLifetime) {

    public SessionLimits {
        if (idleTtl.toMillis() <= 0) {
            throw new IllegalArgumentException("mcp.session.idle-ttl must be positive, was " + idleTtl);
        }
        if (absoluteLifetime.compareTo(idleTtl) < 0) {
            throw new IllegalArgumentException("mcp.session.absolute-lifetime must be at least mcp.session.idle-ttl ("
                    + idleTtl + "), was " + absoluteLifetime);
        }
    }

    /** When a session with this id ends whatever its use. */
    public Instant deadline(SessionId id) {
        return Instant.ofEpochMilli(id.createdMillis()).plus(absoluteLifetime);
    }
}
