package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
import jakarta.json.JsonArray;
import java.util.Optional;

/** The protocol's own error codes. */
public final class McpErrors {

    /** No answer in time; what the official SDKs call it. */
    static final int REQUEST_TIMEOUT = -32001;
    /** Session era: the resource does not exist. */
    static final int RESOURCE_NOT_FOUND = -32002;
    /** Of the range JSON-RPC leaves to implementations: the caller sends too much, or has too much open. */
    public static final int TOO_MANY_REQUESTS = -32006;
    /** Stateless era: a header is missing or differs from the body (2026-07-28, Streamable HTTP). */
    public static final int HEADER_MISMATCH = -32020;
    /** Stateless era: the handler needs what the client did not declare. */
    public static final int MISSING_CAPABILITY = -32021;
    /** Stateless era: the revision is not served. */
    public static final int UNSUPPORTED_VERSION = -32022;

    private McpErrors() {
    }

    static RpcError headerMismatch(String message) {
        return new RpcError(HEADER_MISMATCH, message);
    }

    static RpcError unsupportedVersion(String requested) {
        JsonArray supported = Json.strings(ProtocolVersion.STATELESS_ERA);
        return new RpcError(UNSUPPORTED_VERSION, "Unsupported protocol version",
                Optional.of(Json.object().add("supported", supported).add("requested", requested).build()));
    }

    static RpcError missingCapability(String capability) {
        return new RpcError(MISSING_CAPABILITY, "The client did not declare the capability " + capability,
                Optional.of(Json.object()
                        .add("requiredCapabilities", Json.object().add(capability, Json.object()))
                        .build()));
    }

    static RpcError resourceNotFound(int code, String uri) {
        return new RpcError(code, "Resource not found", Optional.of(Json.object().add("uri", uri).build()));
    }
}
