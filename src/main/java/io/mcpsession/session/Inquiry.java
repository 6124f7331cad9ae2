package io.mcpsession.session;

import java.util.Optional;

/**
 * What the store is asked of one id among many.
 *
 * @param id     which
 * @param caller as whom it is seen; empty for a trusted service on nobody's behalf
 * @param use    whether it counts as use
 */
public record Inquiry(SessionId id, Optional<Principal> caller, Use use) {

    /** Whether the idle timer is restarted. */
    public enum Use {
        NONE,
        /** When less than nine tenths of the idle TTL are left, by the store's own clock. */
        WHEN_STALE,
        ALWAYS
    }

    public Inquiry(SessionId id, Optional<Principal> caller, boolean touch) {
        this(id, caller, touch ? Use.ALWAYS : Use.NONE);
    }

    /** Whether the idle timer may be restarted. */
    public boolean touch() {
        return use != Use.NONE;
    }
}
