package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.mcpsession.jsonrpc.RpcError;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses pages of other origins, and names that were bent to this machine (DNS rebinding; 2025-11-25, Transports,
 * Security Warning). Runs before anything else.
 */
final class OriginRules {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> allowed;
    private final boolean loopbackOnly;

    /**
     * @param allowed      origins allowed besides none at all, such as {@code https://inspector.example}
     * @param loopbackOnly whether the socket is bound to loopback: then {@code Host} must name it, and pages served
     *                     from loopback are allowed
     */
    OriginRules(Set<String> allowed, boolean loopbackOnly) {
        this.allowed = Set.copyOf(allowed);
        this.loopbackOnly = loopbackOnly;
    }

    /**
     * @throws Refusal 403
     */
    void check(ServerRequestHeaders headers) {
        // Callers that are no browser send no Origin at all.
        Optional<String> origin = headers.first(HeaderNames.ORIGIN);
        if (origin.isPresent() && !allows(origin.get())) {
            throw forbidden("Origin not allowed");
        }
        if (loopbackOnly && !headers.first(HeaderNames.HOST).map(OriginRules::hostName).map(LOOPBACK::contains)
                .orElse(false)) {
            throw forbidden("Host not allowed");
        }
    }

    boolean allows(String origin) {
        return allowed.contains(origin) || loopbackOnly && isLoopback(origin);
    }

    private static boolean isLoopback(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host != null && LOOPBACK.contains(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String hostName(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return colon > hostAndPort.lastIndexOf(']') ? hostAndPort.substring(0, colon) : hostAndPort;
    }

    private static Refusal forbidden(String message) {
        return new Refusal(Status.FORBIDDEN_403, RpcError.INVALID_REQUEST, "Forbidden: " + message);
    }
}
