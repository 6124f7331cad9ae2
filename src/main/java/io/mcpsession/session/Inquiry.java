package io.mcpsession.session;

import java.util.Optional;

/**
 * What the store is asked of one id among many.
 *
 * @param id     which
 * @param caller as whom it is seen; empty for a trusted service on nobody's behalf
 * @param touch  whether it counts as use
 */
public record Inquiry(SessionId id, Optional<Principal> caller, boolean touch) {
}
