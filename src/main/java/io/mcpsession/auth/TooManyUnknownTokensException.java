package io.mcpsession.auth;

/**
 * So many tokens that nobody knows come from one address that no more of them are asked about now. The same may succeed a
 * moment later.
 */
public final class TooManyUnknownTokensException extends UncheckableTokenException {

    TooManyUnknownTokensException() {
        super("too many unknown tokens");
    }
}
