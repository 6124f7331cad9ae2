package io.mcpsession.auth;

/** A token may be good or not: the issuer that could tell gives no answer. */
public sealed class UncheckableTokenException extends RuntimeException permits TooManyUnknownTokensException {

    public UncheckableTokenException(String message) {
        // Expected while an issuer is away, and each request with one of its tokens ends so.
        super(message, null, false, false);
    }
}
