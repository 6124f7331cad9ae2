package io.mcpsession.http;

import java.time.Duration;
import java.util.Set;

/**
 * What the endpoint may be told.
 *
 * @param allowedOrigins   origins of browser pages that may call it
 * @param loopbackOnly     whether its socket is bound to loopback
 * @param http2            whether its socket speaks HTTP/2 beside HTTP/1.1
 * @param maxBodyBytes     largest request body
 * @param maxBodyValues    most JSON values of one request body
 * @param bodyPatience     how long a client may take to send a body
 * @param pageSize         most items of one page of a list
 * @param streams          what one event stream may hold, and how long a client may read nothing of it
 * @param conversations    whether a conversation that a client names has one session, however often it connects
 */
public record EndpointConfig(Set<String> allowedOrigins, boolean loopbackOnly, boolean http2, int maxBodyBytes,
                             int maxBodyValues, Duration bodyPatience, int pageSize,
                             StreamLimits streams, boolean conversations) {

    public EndpointConfig {
        allowedOrigins = Set.copyOf(allowedOrigins);
    }
}
