package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Map;

/**
 * In which era a request speaks. Decided before any session logic, because a stateless client never sends a session id
 * and must not be answered about one. The body decides first, the header second (2026-07-28, Versioning, Dual-Era
 * Servers).
 */
public sealed interface Era {

    /**
     * A revision with handshake and sessions.
     *
     * @param version what the header says; 2025-03-26 where it says nothing (2025-06-18, Transports)
     */
    record WithSessions(String version) implements Era {
    }

    /**
     * A revision in which each request says all.
     *
     * @param version      the revision
     * @param capabilities what the client declares in this request
     * @param headers      what its headers repeat of the body, as far as that was not looked at yet
     */
    record Stateless(String version, JsonObject capabilities, RoutingHeaders headers) implements Era {
    }

    /** Neither; the status is 400. */
    record Refused(RpcError error) implements Era {
    }

    String INITIALIZE = "initialize";

    /** The parameter that {@code Mcp-Name} repeats, by method. */
    Map<String, String> NAMED_BY = Map.of("tools/call", "name", "prompts/get", "name", "resources/read", "uri");

    static Era of(Message.Request request, RoutingHeaders headers) {
        JsonObject meta = Meta.of(request.params());
        boolean claimsStateless = meta.containsKey(Meta.PROTOCOL_VERSION);
        if (claimsStateless && (!request.method().equals(INITIALIZE) || claimsFully(meta))) {
            return stateless(request, meta, headers);
        }
        String version = headers.version().orElse(ProtocolVersion.V2025_03_26);
        if (ProtocolVersion.STATELESS_ERA.contains(version)) {
            return new Refused(request.method().equals(INITIALIZE)
                    ? McpErrors.headerMismatch("initialize does not exist in " + version)
                    : invalidParams("params._meta must name " + Meta.PROTOCOL_VERSION));
        }
        return withSessions(version);
    }

    /** The era of a message that wants no answer, or of a batch. */
    static Era ofHeader(RoutingHeaders headers) {
        String version = headers.version().orElse(ProtocolVersion.V2025_03_26);
        return ProtocolVersion.STATELESS_ERA.contains(version)
                ? new Stateless(version, JsonValue.EMPTY_JSON_OBJECT, headers)
                : withSessions(version);
    }

    /** Whether a message names a revision in its body, as only stateless ones do. */
    static boolean claimsStateless(Message message) {
        JsonObject params = switch (message) {
            case Message.Request request -> request.params();
            case Message.Notification notification -> notification.params();
            case Message.Response _ -> JsonValue.EMPTY_JSON_OBJECT;
        };
        return Meta.of(params).containsKey(Meta.PROTOCOL_VERSION);
    }

    private static Era withSessions(String version) {
        return ProtocolVersion.SESSION_ERA.contains(version)
                ? new WithSessions(version)
                : new Refused(new RpcError(RpcError.INVALID_REQUEST, "Bad Request: MCP-Protocol-Version is not one of "
                        + String.join(", ", ProtocolVersion.SESSION_ERA)));
    }

    private static boolean claimsFully(JsonObject meta) {
        return meta.get(Meta.PROTOCOL_VERSION) instanceof JsonString version
                && ProtocolVersion.STATELESS_ERA.contains(version.getString())
                && meta.get(Meta.CLIENT_CAPABILITIES) instanceof JsonObject;
    }

    /** The checks in the order that the suite and the SDKs agree on. */
    private static Era stateless(Message.Request request, JsonObject meta, RoutingHeaders headers) {
        if (!(meta.get(Meta.PROTOCOL_VERSION) instanceof JsonString named)) {
            return new Refused(invalidParams(Meta.PROTOCOL_VERSION + " must be a string"));
        }
        if (!(meta.get(Meta.CLIENT_CAPABILITIES) instanceof JsonObject capabilities)) {
            return new Refused(invalidParams(Meta.CLIENT_CAPABILITIES + " must be an object"));
        }
        String version = named.getString();
        if (headers.version().filter(header -> !header.equals(version)).isPresent()) {
            return new Refused(McpErrors.headerMismatch("MCP-Protocol-Version differs from the body"));
        }
        if (headers.method().filter(header -> !header.equals(request.method())).isPresent()) {
            return new Refused(McpErrors.headerMismatch("Mcp-Method differs from the body"));
        }
        if (!ProtocolVersion.STATELESS_ERA.contains(version)) {
            return new Refused(McpErrors.unsupportedVersion(version));
        }
        if (headers.version().isEmpty() || headers.method().isEmpty()) {
            return new Refused(McpErrors.headerMismatch("MCP-Protocol-Version and Mcp-Method are required"));
        }
        String parameter = NAMED_BY.get(request.method());
        if (parameter != null && request.params().get(parameter) instanceof JsonString name
                && !headers.names(name.getString())) {
            return new Refused(McpErrors.headerMismatch("Mcp-Name is missing or differs from params." + parameter));
        }
        return new Stateless(version, capabilities, headers);
    }

    private static RpcError invalidParams(String message) {
        return new RpcError(RpcError.INVALID_PARAMS, "Invalid params: " + message);
    }
}
