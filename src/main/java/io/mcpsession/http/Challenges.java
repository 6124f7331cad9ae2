package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.RpcError;
import jakarta.json.JsonValue;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Says what is missing so that a client can get it (RFC 6750, section 3; RFC 9728, section 5.1): one challenge, with all
 * scopes that the request needs.
 */
final class Challenges {

    private final Optional<String> metadata;

    /**
     * @param metadata URL of the resource's metadata; empty where no issuer is configured
     */
    Challenges(Optional<String> metadata) {
        this.metadata = metadata;
    }

    /** There is no token, and one is needed. */
    Refusal missing(Collection<String> scopes, Optional<JsonValue> id) {
        return refusal(Status.UNAUTHORIZED_401, "Unauthorized: a bearer token is required",
                challenge("", "", scopes), id);
    }

    /** There is one, and it is not good. */
    Refusal rejected(String reason, Collection<String> scopes) {
        return refusal(Status.UNAUTHORIZED_401, "Unauthorized: " + reason,
                challenge("invalid_token", reason, scopes), Optional.empty());
    }

    /** It is good, but not for this. */
    Refusal insufficient(Collection<String> scopes, Optional<JsonValue> id) {
        return refusal(Status.FORBIDDEN_403, "Forbidden: the token does not grant what this needs",
                challenge("insufficient_scope", "the token does not grant what this needs", scopes), id);
    }

    private static Refusal refusal(Status status, String message, Header challenge, Optional<JsonValue> id) {
        return new Refusal(status, List.of(challenge), new RpcError(RpcError.INVALID_REQUEST, message), id);
    }

    /** None of the values needs escaping: scopes and reasons have no quotes, and the URL was parsed. */
    private Header challenge(String error, String description, Collection<String> scopes) {
        StringBuilder challenge = new StringBuilder("Bearer realm=\"mcp\"");
        metadata.ifPresent(url -> challenge.append(", resource_metadata=\"").append(url).append('"'));
        if (!scopes.isEmpty()) {
            challenge.append(", scope=\"").append(String.join(" ", scopes)).append('"');
        }
        if (!error.isEmpty()) {
            challenge.append(", error=\"").append(error).append("\", error_description=\"").append(description)
                    .append('"');
        }
        return HeaderValues.create(HeaderNames.WWW_AUTHENTICATE, challenge.toString());
    }
}
