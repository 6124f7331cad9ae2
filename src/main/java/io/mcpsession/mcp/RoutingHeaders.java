package io.mcpsession.mcp;

import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The headers that repeat what the body says, so that a proxy can route without reading it.
 *
 * @param version    {@code MCP-Protocol-Version}
 * @param method     {@code Mcp-Method}
 * @param name       {@code Mcp-Name}, still wrapped where it came wrapped
 * @param parameters {@code Mcp-Param-*} likewise, by what follows, in lower case
 */
public record RoutingHeaders(Optional<String> version, Optional<String> method, Optional<String> name,
                             Map<String, String> parameters) {

    public static final String PARAMETER_PREFIX = "mcp-param-";

    /** As in a body. Reading a number takes time that grows with the square of its length. */
    private static final int LONGEST_NUMBER = 1_100;
    private static final String WRAPPED = "=?base64?";
    private static final String WRAPPED_END = "?=";

    /**
     * Whether {@code Mcp-Name} says {@code expected}. A value that does not fit in a header comes as
     * {@code =?base64?...?=} (2026-07-28, Streamable HTTP, Request Headers).
     */
    boolean names(String expected) {
        return name.flatMap(RoutingHeaders::unwrapped).filter(expected::equals).isPresent();
    }

    /**
     * Whether {@code Mcp-Param-<parameter>} says the same as an argument; for none there must be no header either.
     *
     * @param argument null where the call has none
     */
    boolean repeats(String parameter, JsonValue argument) {
        String header = parameters.get(parameter.toLowerCase(Locale.ROOT));
        if (argument == null || argument == JsonValue.NULL) {
            return header == null;
        }
        return header != null && unwrapped(header).filter(value -> switch (argument) {
            case JsonString text -> text.getString().equals(value);
            case JsonNumber number -> isNumber(number, value);
            default -> argument.toString().equals(value);
        }).isPresent();
    }

    /** As numbers: {@code 42.0} is {@code 42}. */
    private static boolean isNumber(JsonNumber number, String value) {
        if (value.length() > LONGEST_NUMBER) {
            return false;
        }
        try {
            return number.bigDecimalValue().compareTo(new BigDecimal(value)) == 0;
        } catch (NumberFormatException e) {
            return false;
        }
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
