package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import io.mcpsession.auth.AuthConfig;
import io.mcpsession.auth.AuthObserver;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.Scopes;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.mcp.RequiredScopes;
import io.mcpsession.session.Principal;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/** Who sent a request, and whether it may; else a challenge. */
public final class Callers {

    private final Authenticator authenticator;
    private final List<String> base;
    private final RequiredScopes required;
    private final Challenges challenges;
    private final AuthObserver observer;
    private final RequestRates rates;
    private final CallerShares shares;

    /**
     * @param required scopes of single requests, beside those that every token must grant
     */
    public Callers(Authenticator authenticator, AuthConfig config, RequiredScopes required, AuthObserver observer,
                   RequestRates rates, CallerShares shares) {
        this.authenticator = authenticator;
        this.base = config.scopes();
        this.required = required;
        this.observer = observer;
        this.rates = rates;
        this.shares = shares;
        this.challenges = new Challenges(ResourceMetadata.url(config));
    }

    /**
     * @throws Refusal 429 when there are too many requests, 401 when there is no good token, 403 when it is good for nothing here
     * @throws io.mcpsession.session.StoreUnavailableException when that could not be found out
     * @throws io.mcpsession.auth.UncheckableTokenException when its issuer could not be asked
     */
    AuthResult.Accepted of(ServerRequest request) {
        String network = rates.network(request);
        rates.admit(network);
        AuthResult.Accepted caller = verified(request, network);
        ClientPresence.current().known();
        rates.admit(caller);
        return caller;
    }

    /** The share of an accepted caller. */
    CallerShares.Share share(AuthResult.Accepted caller, ServerRequest request) {
        return shares.of(rates.counted(caller, request));
    }

    private AuthResult.Accepted verified(ServerRequest request, String network) {
        ServerRequestHeaders headers = request.headers();
        if (headers.contains(HeaderNames.AUTHORIZATION)
                && headers.get(HeaderNames.AUTHORIZATION).valueCount() > 1) {
            // Whoever stands before this server may have looked at the other one.
            throw rejected("there must be one Authorization header", request);
        }
        return switch (authenticator.authenticate(headers.first(HeaderNames.AUTHORIZATION), network)) {
            case AuthResult.Accepted caller when caller.anonymous() || caller.scopes().cover(base) -> caller;
            case AuthResult.Accepted caller -> throw insufficient(caller, base, Optional.empty(), request);
            case AuthResult.Missing _ -> throw missing(base, Optional.empty(), request);
            case AuthResult.Rejected(String reason) -> throw rejected(reason, request);
        };
    }

    /**
     * Checks one message of an accepted caller, before anything is done for it.
     *
     * @throws Refusal 403 when the token does not grant what the message needs; 401 when there is none that could
     */
    void permit(AuthResult.Accepted caller, Message.Request asked, ServerRequest request) {
        List<String> needed = required.of(asked);
        if (!caller.scopes().cover(needed)) {
            List<String> all = Scopes.union(base, needed);
            throw caller.anonymous()
                    ? missing(all, Optional.of(asked.id()), request)
                    : insufficient(caller, all, Optional.of(asked.id()), request);
        }
    }

    private Refusal missing(List<String> scopes, Optional<JsonValue> id, ServerRequest request) {
        denied(Optional.empty(), "no token", request);
        return challenges.missing(scopes, id);
    }

    private Refusal rejected(String reason, ServerRequest request) {
        denied(Optional.empty(), reason, request);
        return challenges.rejected(reason, base);
    }

    private Refusal insufficient(AuthResult.Accepted caller, List<String> scopes, Optional<JsonValue> id,
                                 ServerRequest request) {
        denied(Optional.of(caller.principal()), "insufficient scope", request);
        return challenges.insufficient(scopes, id);
    }

    private void denied(Optional<Principal> caller, String reason, ServerRequest request) {
        observer.denied(caller, reason, rates.address(request));
    }
}
