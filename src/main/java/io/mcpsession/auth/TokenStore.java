package io.mcpsession.auth;

import io.mcpsession.session.StoreUnavailableException;
import java.util.List;
import java.util.Optional;

/**
 * Where API tokens live, by the SHA-256 of their secret.
 *
 * <p>Every method throws {@link StoreUnavailableException} when the store gave no answer.
 */
public interface TokenStore {

    /** The token with this digest, expired or not. */
    Optional<ApiToken> find(String digest);

    void add(String digest, ApiToken token);

    /** All tokens, oldest first. */
    List<ApiToken> list();

    /** Whether there was a token with this id. */
    boolean revoke(String id);
}
