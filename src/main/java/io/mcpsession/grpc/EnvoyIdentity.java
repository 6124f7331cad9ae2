package io.mcpsession.grpc;

import com.google.protobuf.Struct;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.session.Principal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Who sent a request that Envoy asks about. */
sealed interface EnvoyIdentity {

    /**
     * A verified caller.
     *
     * @param client the client that acts for the user; empty when the token names none
     * @param scopes what the token allows; none for the API tokens of this server
     */
    record Known(Principal principal, Optional<String> client, Set<String> scopes) implements EnvoyIdentity {
    }

    /** No token, or no good one. */
    record Unknown(Optional<String> problem) implements EnvoyIdentity {
    }

    /**
     * What Envoy verified counts first. The raw Authorization header proves nothing until it is checked here.
     *
     * @param authenticator checks the value of an Authorization header
     */
    static EnvoyIdentity of(EnvoyRequest request, Function<Optional<String>, AuthResult> authenticator) {
        Optional<Struct> payload = request.verifiedPayload();
        if (payload.isPresent()) {
            return verified(payload.get(), request.extension("audience"));
        }
        List<String> authorization = request.headers("authorization");
        if (authorization.size() > 1) {
            return new Unknown(Optional.of("there must be one Authorization header"));
        }
        return switch (authenticator.apply(authorization.stream().findFirst())) {
            case AuthResult.Accepted(Principal principal) -> new Known(principal, Optional.empty(), Set.of());
            case AuthResult.Missing _ -> new Unknown(Optional.empty());
            case AuthResult.Rejected(String reason) -> new Unknown(Optional.of(reason));
        };
    }

    private static EnvoyIdentity verified(Struct payload, Optional<String> audience) {
        Optional<String> subject = EnvoyRequest.text(payload, "sub");
        if (subject.isEmpty()) {
            return new Unknown(Optional.of("the token names no subject"));
        }
        if (audience.isPresent() && !EnvoyRequest.texts(payload, "aud").contains(audience.get())) {
            return new Unknown(Optional.of("the token is for another audience"));
        }
        Set<String> scopes = new HashSet<>(EnvoyRequest.texts(payload, "scope"));
        scopes.addAll(EnvoyRequest.texts(payload, "scp"));
        try {
            return new Known(new Principal(EnvoyRequest.text(payload, "iss").orElse(""), subject.get()),
                    EnvoyRequest.text(payload, "azp").or(() -> EnvoyRequest.text(payload, "client_id")),
                    Set.copyOf(scopes));
        } catch (IllegalArgumentException e) {
            return new Unknown(Optional.of("the token names no valid user"));
        }
    }
}
