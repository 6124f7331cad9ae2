package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.mcpsession.auth.AuthConfig;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.Scopes;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.mcp.RequiredScopes;
import java.util.List;
import java.util.Optional;

/** Who sent a request, and whether it may; else a challenge. */
public final class Callers {

    private final Authenticator authenticator;
    private final List<String> base;
    private final RequiredScopes required;
    private final Challenges challenges;

    /**
     * @param required scopes of single requests, beside those that every token must grant
     */
    public Callers(Authenticator authenticator, AuthConfig config, RequiredScopes required) {
        this.authenticator = authenticator;
        this.base = config.scopes();
        this.required = required;
        this.challenges = new Challenges(ResourceMetadata.url(config));
    }

    /**
     * @throws Refusal 401 when there is no good token, 403 when it is good for nothing here
     * @throws io.mcpsession.session.StoreUnavailableException when that could not be found out
     * @throws io.mcpsession.auth.UncheckableTokenException when its issuer could not be asked
     */
    AuthResult.Accepted of(ServerRequestHeaders headers) {
        if (headers.values(HeaderNames.AUTHORIZATION).size() > 1) {
            // Whoever stands before this server may have looked at the other one.
            throw challenges.rejected("there must be one Authorization header", base);
        }
        return switch (authenticator.authenticate(headers.first(HeaderNames.AUTHORIZATION))) {
            case AuthResult.Accepted caller when caller.anonymous() || caller.scopes().cover(base) -> caller;
            case AuthResult.Accepted _ -> throw challenges.insufficient(base, Optional.empty());
            case AuthResult.Missing _ -> throw challenges.missing(base, Optional.empty());
            case AuthResult.Rejected(String reason) -> throw challenges.rejected(reason, base);
        };
    }

    /**
     * Checks one request of an accepted caller, before anything is done for it.
     *
     * @throws Refusal 403 when the token does not grant what the request needs; 401 when there is none that could
     */
    void permit(AuthResult.Accepted caller, Message.Request asked) {
        List<String> needed = required.of(asked);
        if (!caller.scopes().cover(needed)) {
            List<String> all = Scopes.union(base, needed);
            throw caller.anonymous()
                    ? challenges.missing(all, Optional.of(asked.id()))
                    : challenges.insufficient(all, Optional.of(asked.id()));
        }
    }
}
