package io.mcpsession.mcp;

import java.util.Base64;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The headers that repeat what the body says, so that a proxy can route without reading it.
 *
 * @param version {@code MCP-Protocol-Version}
 * @param method  {@code Mcp-Method}
 * @param name    {@code Mcp-Name}, still wrapped where it came wrapped
 */
public record RoutingHeaders(Optional<String> version, Optional<String> method, Optional<String> name) {

    private static final String WRAPPED = "=?base64?";
    private static final String WRAPPED_END = "?=";

    /**
     * Whether {@code Mcp-Name} says {@code expected}. A value that does not fit in a header comes as
     * {@code =?base64?...?=} (2026-07-28, Streamable HTTP, Request Headers).
     */
    boolean names(String expected) {
        return name.flatMap(RoutingHeaders::unwrapped).filter(expected::equals).isPresent();
    }

    private static Optional<String> unwrapped(String value) {
        if (!value.startsWith(WRAPPED) || !value.endsWith(WRAPPED_END)) {
            return Optional.of(value);
        }
        if (value.length() < WRAPPED.length() + WRAPPED_END.length()) {
            return Optional.empty();
        }
        String encoded = value.substring(WRAPPED.length(), value.length() - WRAPPED_END.length());
        if (encoded.length() % 4 != 0) {
            // The JDK would decode it without its padding.
            return Optional.empty();
        }
        try {
            return Optional.of(new String(Base64.getDecoder().decode(encoded), UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
