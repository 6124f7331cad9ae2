package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import java.util.Optional;

/** What became of the credentials of a request. */
public sealed interface AuthResult {

    /**
     * The caller is who it says it is.
     *
     * @param client the OAuth client that acts for the user, where its token names one. Not part of who the user is:
     *               a session stays the user's whichever client presents it
     * @param scopes what the token grants
     */
    record Accepted(Principal principal, Optional<String> client, Scopes scopes) implements AuthResult {

        /** A caller whose token is not limited. */
        public Accepted(Principal principal) {
            this(principal, Optional.empty(), Scopes.ALL);
        }

        /** Whether nobody vouches for this caller. */
        public boolean anonymous() {
            return principal.equals(BearerTokens.ANYBODY);
        }
    }

    /** There were no credentials. */
    record Missing() implements AuthResult {
    }

    /**
     * There were credentials and they are not good.
     *
     * @param reason for the {@code error_description} of the challenge: one of a few fixed sentences, without quotes
     *               and without a word of what was presented
     */
    record Rejected(String reason) implements AuthResult {
    }
}
