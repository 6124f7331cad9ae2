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

    /**
     * The same for a request whose sender's address is known.
     *
     * @param address as {@link java.net.InetAddress} writes it, or what stands for a network; it proves nothing
     * @throws TooManyUnknownTokensException when so many tokens come from there that this one is not looked at
     */
    default AuthResult authenticate(Optional<String> authorization, String address) {
        return authenticate(authorization);
    }
}
