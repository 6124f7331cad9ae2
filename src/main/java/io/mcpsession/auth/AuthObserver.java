package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import java.util.Optional;

/** Hears of callers that were turned away. Must not block and must not throw. */
public interface AuthObserver {

    /**
     * @param caller  empty when nobody knows who it was
     * @param reason  one of a few fixed sentences
     * @param address where the request came from
     */
    void denied(Optional<Principal> caller, String reason, String address);

    /** This observer first, then another. */
    default AuthObserver and(AuthObserver next) {
        return (caller, reason, address) -> {
            denied(caller, reason, address);
            next.denied(caller, reason, address);
        };
    }
}
