package io.mcpsession.session;

import java.util.List;

/** Where the HMAC keys of session ids come from: configuration, or one key shared through Redis. */
@FunctionalInterface
public interface SigningKeys {

    /**
     * The keys in force. The first signs, all verify, so that keys can be rotated.
     *
     * @return at least one key; the same list instance until the keys change
     * @throws StoreUnavailableException when the keys live in Redis and could not be read yet
     */
    List<SigningKey> current();
}
