package io.mcpsession.http;

import java.util.Set;

/**
 * What the endpoint may be told.
 *
 * @param allowedOrigins origins of browser pages that may call it
 * @param loopbackOnly   whether its socket is bound to loopback
 * @param maxBodyBytes   largest request body
 */
public record EndpointConfig(Set<String> allowedOrigins, boolean loopbackOnly, int maxBodyBytes) {

    public EndpointConfig {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }
}
