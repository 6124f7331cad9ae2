package io.mcpsession.http;

import java.time.Duration;
import java.util.Set;

/**
 * What the endpoint may be told.
 *
 * @param allowedOrigins   origins of browser pages that may call it
 * @param loopbackOnly     whether its socket is bound to loopback
 * @param maxBodyBytes     largest request body
 * @param pageSize         most items of one page of a list
 * @param questionPatience how long a client may take to answer a question of a running call
 */
public record EndpointConfig(Set<String> allowedOrigins, boolean loopbackOnly, int maxBodyBytes, int pageSize,
                             Duration questionPatience) {

    public EndpointConfig {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }
}
