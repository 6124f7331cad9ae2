package io.mcpsession.grpc;

import com.google.protobuf.Struct;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.Scopes;
import io.mcpsession.auth.UncheckableTokenException;
import io.mcpsession.session.Principal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who sent a request that Envoy asks about. */
sealed interface EnvoyIdentity {

    /** A caller whom Envoy, or this server, has verified. */
    record Known(AuthResult.Accepted caller) implements EnvoyIdentity {

        Principal principal() {
            return caller.principal();
        }
    }

    /** No token, or no good one. */
    record Unknown(Optional<String> problem) implements EnvoyIdentity {
    }

    /**
     * What Envoy verified counts first. The raw Authorization header proves nothing until it is checked here.
     *
     * @throws UncheckableTokenException when neither Envoy nor this server can tell, because the issuer gave no answer
     */
    static EnvoyIdentity of(EnvoyRequest request, Authenticator authenticator) {
        Optional<Struct> payload = request.verifiedPayload();
        if (payload.isPresent()) {
            return verified(payload.get(), request.extension("audience"));
        }
        List<String> authorization = request.headers("authorization");
        if (authorization.size() > 1) {
            return new Unknown(Optional.of("there must be one Authorization header"));
        }
        return switch (authenticator.authenticate(authorization.stream().findFirst())) {
            case AuthResult.Accepted caller -> new Known(caller);
            case AuthResult.Missing _ -> new Unknown(Optional.empty());
            case AuthResult.Rejected _ when request.lacksKeys() ->
                    throw new UncheckableTokenException("Envoy has no keys of the token's issuer");
            case AuthResult.Rejected(String reason) -> new Unknown(Optional.of(reason));
        };
    }

    /** Without an issuer a subject is that of an API token, which this server alone may vouch for. */
    private static EnvoyIdentity verified(Struct payload, Optional<String> audience) {
        Optional<String> issuer = EnvoyRequest.text(payload, "iss");
        Optional<String> subject = EnvoyRequest.text(payload, "sub");
        if (issuer.isEmpty()) {
            return new Unknown(Optional.of("the token names no issuer"));
        }
        if (subject.isEmpty()) {
            return new Unknown(Optional.of("the token names no subject"));
        }
        if (audience.isPresent() && !EnvoyRequest.texts(payload, "aud").contains(audience.get())) {
            return new Unknown(Optional.of("the token is for another audience"));
        }
        Set<String> scopes = new HashSet<>(EnvoyRequest.texts(payload, "scope"));
        scopes.addAll(EnvoyRequest.texts(payload, "scp"));
        try {
            return new Known(new AuthResult.Accepted(new Principal(issuer.get(), subject.get()),
                    EnvoyRequest.text(payload, "azp").or(() -> EnvoyRequest.text(payload, "client_id")),
                    Scopes.of(scopes)));
        } catch (IllegalArgumentException e) {
            return new Unknown(Optional.of("the token names no valid user"));
        }
    }
}
