package io.mcpsession.auth;

import io.mcpsession.session.Principal;

/** What became of the credentials of a request. */
public sealed interface AuthResult {

    /** The caller is who it says it is. */
    record Accepted(Principal principal) implements AuthResult {
    }

    /** There were no credentials. */
    record Missing() implements AuthResult {
    }

    /**
     * There were credentials and they are not good.
     *
     * @param reason for the {@code error_description} of the challenge; says nothing secret
     */
    record Rejected(String reason) implements AuthResult {
    }
}
