package io.mcpsession.auth;

import io.mcpsession.session.StoreUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

    /**
     * Gives a token another secret.
     *
     * @param digest   of the new secret
     * @param oldUntil when the old one stops working
     * @return whether there was a token with this id
     */
    boolean rotate(String id, String digest, Instant oldUntil);

    /** Remembers that a token was used. */
    void used(String id, Instant at);

    /** When tokens were last used, to about a minute, by id; without those that never were. */
    Map<String, Instant> lastUses();
}
