package io.mcpsession.grpc;

import java.util.List;
import java.util.Optional;

/**
 * What Envoy is answered with, where that is a matter of taste.
 *
 * @param conversations    whether a conversation that the client names has a session
 * @param scopes           what every token must grant
 * @param resourceMetadata where clients learn how to get a token (RFC 9728); goes into the challenge
 * @param errorResponse    whether a store that is away is told by {@code error_response} with 503, which only newer
 *                         Envoys know, and not by a failed call
 */
public record ExtAuthzSettings(boolean conversations, List<String> scopes, Optional<String> resourceMetadata, boolean errorResponse) {

    public ExtAuthzSettings {
        scopes = List.copyOf(scopes);
    }
}
