package io.mcpsession.auth;

import java.util.Optional;

/** Finds out who sends a request. Thread-safe. */
public interface Authenticator {

    /**
     * @param authorization the value of the {@code Authorization} header (RFC 6750, section 2.1); empty when absent
     * @throws UncheckableTokenException when the token's issuer gave no answer: that says nothing of the token
     * @throws io.mcpsession.session.StoreUnavailableException when the store of tokens gave none
     */
    AuthResult authenticate(Optional<String> authorization);
}
