package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import java.time.Instant;
import java.util.Optional;

/**
 * A token as it is kept: never the secret itself, only what it stands for.
 *
 * @param id      short public name of the token, to revoke it by
 * @param subject the user it speaks for
 * @param name    what its user calls it
 * @param created when it was made
 * @param expires when it stops working; empty for never
 * @param scopes  what it grants
 */
public record ApiToken(String id, String subject, String name, Instant created, Optional<Instant> expires,
                       Scopes scopes) {

    public ApiToken {
        if (subject.isBlank() || subject.length() > 256) {
            throw new IllegalArgumentException("a token's user takes 1 to 256 characters");
        }
        // Refused here, where the token is made, and not on each request that brings it.
        Principal.ofSubject(subject);
        if (!scopes.names().stream().allMatch(Scopes::nameable)) {
            throw new IllegalArgumentException("a scope takes visible ASCII without quotes and backslashes");
        }
        if (name.length() > 128) {
            throw new IllegalArgumentException("a token's name takes at most 128 characters");
        }
    }

    /** A token that is not limited. */
    public ApiToken(String id, String subject, String name, Instant created, Optional<Instant> expires) {
        this(id, subject, name, created, expires, Scopes.ALL);
    }

    boolean expiredAt(Instant now) {
        return expires.isPresent() && !now.isBefore(expires.get());
    }
}
