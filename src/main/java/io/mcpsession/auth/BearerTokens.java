package io.mcpsession.auth;

import io.mcpsession.session.Principal;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All kinds of bearer tokens behind one door. The shape of a token decides which one it is, and only that one is tried:
 * a token that one verifier has refused is not shown to the next.
 */
public final class BearerTokens implements Authenticator {

    /** Who calls without a token where that is allowed. No issuer is named so: they are URLs, or empty. */
    public static final Principal ANYBODY = new Principal("anonymous", "anonymous");

    static final String SCHEME = "Bearer ";

    /** Three parts of base64url; the last is empty in a token that nobody signed. */
    private static final Pattern JWT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");

    private final TokenAuthenticator apiTokens;
    private final Verifier jwts;
    private final Verifier opaque;
    private final boolean anonymous;

    /**
     * @param jwts      absent when no issuer is configured
     * @param opaque    asks an issuer about tokens that say nothing themselves; absent when none is configured
     * @param anonymous whether a request without a token is served. One with a bad token never is
     */
    public BearerTokens(TokenAuthenticator apiTokens, Optional<JwtVerifier> jwts, Optional<Introspection> opaque,
                        boolean anonymous) {
        this.apiTokens = apiTokens;
        this.opaque = opaque.<Verifier>map(it -> it::verify).orElse((token, _) -> apiTokens.verify(token));
        this.jwts = jwts.<Verifier>map(it -> (token, _) -> it.verify(token)).orElse(this.opaque);
        this.anonymous = anonymous;
    }

    /** Looks at a token of one kind. */
    @FunctionalInterface
    private interface Verifier {

        AuthResult verify(String token, String address);
    }

    @Override
    public AuthResult authenticate(Optional<String> authorization) {
        return authenticate(authorization, "");
    }

    @Override
    public AuthResult authenticate(Optional<String> authorization, String address) {
        if (authorization.isEmpty()) {
            return anonymous
                    ? new AuthResult.Accepted(ANYBODY, Optional.empty(), Scopes.NONE)
                    : new AuthResult.Missing();
        }
        return bearer(authorization.get()).map(token -> verify(token, address)).orElseGet(() ->
                new AuthResult.Rejected("the Authorization header must be: Bearer <token>"));
    }

    /** The token in the header; empty when it is for another scheme. */
    static Optional<String> bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).trim())
                : Optional.empty();
    }

    private AuthResult verify(String token, String address) {
        if (token.startsWith(TokenSecret.PREFIX)) {
            return apiTokens.verify(token);
        }
        return apiTokens.configured(token).orElseGet(() ->
                JWT.matcher(token).matches() ? jwts.verify(token, address) : opaque.verify(token, address));
    }
}
