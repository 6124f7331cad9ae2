package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.TokenAuthenticator;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.session.Principal;

/** Who sent a request, or a challenge (RFC 6750, section 3). */
final class Callers {

    private static final Header CHALLENGE = HeaderValues.createCached(HeaderNames.WWW_AUTHENTICATE,
            "Bearer realm=\"mcp\"");

    private final TokenAuthenticator authenticator;

    Callers(TokenAuthenticator authenticator) {
        this.authenticator = authenticator;
    }

    /**
     * @throws Refusal 401 when there is no good token
     * @throws io.mcpsession.session.StoreUnavailableException when that could not be found out
     */
    Principal of(ServerRequestHeaders headers) {
        if (headers.values(HeaderNames.AUTHORIZATION).size() > 1) {
            // Whoever stands before this server may have looked at the other one.
            throw rejected("there must be one Authorization header");
        }
        return switch (authenticator.authenticate(headers.first(HeaderNames.AUTHORIZATION))) {
            case AuthResult.Accepted(Principal principal) -> principal;
            case AuthResult.Missing _ -> throw unauthorized("a bearer token is required", CHALLENGE);
            case AuthResult.Rejected(String reason) -> throw rejected(reason);
        };
    }

    private static Refusal rejected(String reason) {
        return unauthorized(reason, HeaderValues.create(HeaderNames.WWW_AUTHENTICATE,
                CHALLENGE.get() + ", error=\"invalid_token\", error_description=\"" + reason + "\""));
    }

    private static Refusal unauthorized(String reason, Header challenge) {
        return new Refusal(Status.UNAUTHORIZED_401, RpcError.INVALID_REQUEST, "Unauthorized: " + reason, challenge);
    }
}
