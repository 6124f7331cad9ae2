package io.mcpsession.grpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.mcpsession.envoy.AttributeContext;
import io.mcpsession.envoy.HeaderValue;
import io.mcpsession.session.Principal;
import io.mcpsession.v1.TouchMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import static java.util.stream.Collectors.toUnmodifiableSet;

/** What Envoy says of a request, in this server's words. */
final class EnvoyRequest {

    static final String SESSION_ID = "mcp-session-id";
    private static final String MCP_FILTER = "envoy.filters.http.mcp";
    private static final String JWT_FILTER = "envoy.filters.http.jwt_authn";
    /** What Envoy calls it when it could not fetch the keys of an issuer. */
    private static final String NO_KEYS = "Jwks remote fetch is failed";
    /** The first revision without sessions; revisions are dates, so as text they sort by age. */
    private static final String FIRST_STATELESS = "2026-07-28";
    private static final int LONGEST_SESSION_ID = 256;

    private final AttributeContext attributes;
    private final Map<String, List<String>> headers = new HashMap<>();

    EnvoyRequest(AttributeContext attributes) {
        this.attributes = attributes;
        attributes.getRequest().getHttp().getHeadersMap().forEach(this::add);
        for (HeaderValue header : attributes.getRequest().getHttp().getHeaderMap().getHeadersList()) {
            add(header.getKey(), header.getRawValue().isEmpty() ? header.getValue()
                    : header.getRawValue().toStringUtf8());
        }
    }

    private void add(String name, String value) {
        headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new ArrayList<>()).add(value);
    }

    List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    Set<String> headerNames() {
        return headers.keySet();
    }

    /** What the route's configuration says. */
    Optional<String> extension(String name) {
        return Optional.ofNullable(attributes.getContextExtensionsMap().get(name)).filter(text -> !text.isBlank());
    }

    Set<String> words(String extension) {
        return Stream.of(extension(extension).orElse("").split("[ ,]+")).filter(word -> !word.isEmpty())
                .collect(toUnmodifiableSet());
    }

    TouchMode touch() {
        return switch (extension("touch").orElse("if_stale")) {
            case "none" -> TouchMode.TOUCH_MODE_NONE;
            case "always" -> TouchMode.TOUCH_MODE_ALWAYS;
            default -> TouchMode.TOUCH_MODE_IF_STALE;
        };
    }

    /** Whether the id is one that may be looked for: sent once, visible ASCII, without the comma of a joined header. */
    boolean hasOneSessionIdAtMost() {
        List<String> sent = headers(SESSION_ID);
        return sent.isEmpty() || sent.size() == 1 && !sent.getFirst().isEmpty()
                && sent.getFirst().length() <= LONGEST_SESSION_ID
                && sent.getFirst().chars().allMatch(c -> c > ' ' && c <= '~' && c != ',');
    }

    /**
     * Whether a browser asks if a page may send a request (Fetch Standard, CORS-preflight fetch). It sends neither
     * credentials nor a session with that, so what brings any is none.
     */
    boolean isPreflight() {
        return attributes.getRequest().getHttp().getMethod().equals("OPTIONS")
                && isSentOnce("origin") && isSentOnce("access-control-request-method")
                && headers("authorization").isEmpty() && headers(SESSION_ID).isEmpty();
    }

    boolean endsSession() {
        return attributes.getRequest().getHttp().getMethod().equals("DELETE");
    }

    private boolean isSentOnce(String name) {
        return headers(name).size() == 1 && !headers(name).getFirst().isBlank();
    }

    Optional<String> sessionId() {
        return headers(SESSION_ID).stream().findFirst();
    }

    boolean isStateless() {
        return headers("mcp-protocol-version").stream().anyMatch(version -> version.matches("\\d{4}-\\d\\d-\\d\\d")
                && version.compareTo(FIRST_STATELESS) >= 0);
    }

    String protocolVersion() {
        return headers("mcp-protocol-version").stream().findFirst().filter(version -> version.length() <= 32)
                .orElse("2025-03-26");
    }

    /**
     * What Envoy's own MCP filter, the body where Envoy sends it, and headers say of the call. The headers last: they
     * only repeat what the service behind reads off the body, and a client may let them say anything.
     */
    McpCall call(McpCall.Reader bodies) {
        return filtered().or(inBody(bodies)).or(new McpCall(headers("mcp-method").stream().findFirst(),
                headers("x-openai-session").stream().findFirst()));
    }

    private McpCall inBody(McpCall.Reader bodies) {
        var http = attributes.getRequest().getHttp();
        byte[] body = (http.getRawBody().isEmpty() ? http.getBodyBytes() : http.getRawBody()).toByteArray();
        return body.length == 0 ? McpCall.UNKNOWN : bodies.read(body);
    }

    private McpCall filtered() {
        Struct mcp = attributes.getMetadataContext().getFilterMetadataOrDefault(MCP_FILTER,
                Struct.getDefaultInstance());
        return new McpCall(text(mcp, "method"),
                struct(mcp, "params").flatMap(params -> struct(params, "_meta"))
                        .flatMap(meta -> text(meta, "openai/session")));
    }

    /** The payload that Envoy verified; empty when it verified none, or several and the route does not say which. */
    Optional<Struct> verifiedPayload() {
        Optional<String> named = extension("jwt_payload");
        if (named.isPresent()) {
            return struct(saidOfTokens(), named.get());
        }
        List<Struct> payloads = structs(saidOfTokens())
                // Why a token was no good stands beside them.
                .filter(claims -> claims.containsFields("sub") || claims.containsFields("iss"))
                .toList();
        return payloads.size() == 1 ? Optional.of(payloads.getFirst()) : Optional.empty();
    }

    /** Whether Envoy could not tell if a token is good, and says so ({@code failed_status_in_metadata}). */
    boolean lacksKeys() {
        return structs(saidOfTokens()).anyMatch(failure -> text(failure, "message").filter(NO_KEYS::equals).isPresent());
    }

    private Struct saidOfTokens() {
        return attributes.getMetadataContext().getFilterMetadataOrDefault(JWT_FILTER, Struct.getDefaultInstance());
    }

    private static Stream<Struct> structs(Struct in) {
        return in.getFieldsMap().values().stream().filter(Value::hasStructValue).map(Value::getStructValue);
    }

    static Optional<Struct> struct(Struct in, String name) {
        return Optional.ofNullable(in.getFieldsMap().get(name)).filter(Value::hasStructValue)
                .map(Value::getStructValue);
    }

    /** A text that says something, and no more than may be kept. */
    static Optional<String> text(Struct in, String name) {
        return Optional.ofNullable(in.getFieldsMap().get(name)).filter(Value::hasStringValue)
                .map(Value::getStringValue).filter(text -> !text.isBlank() && text.length() <= Principal.MAX_LENGTH);
    }

    /** A text, or a list of texts, as claims have it. */
    static Set<String> texts(Struct in, String name) {
        Value value = in.getFieldsMap().getOrDefault(name, Value.getDefaultInstance());
        Stream<Value> values = value.hasListValue() ? value.getListValue().getValuesList().stream() : Stream.of(value);
        return values.filter(Value::hasStringValue).flatMap(text -> Stream.of(text.getStringValue().split(" ")))
                .filter(text -> !text.isEmpty()).collect(toUnmodifiableSet());
    }
}
