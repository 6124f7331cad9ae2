package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ResourceNotFoundException;
import io.mcpsession.handler.ToolException;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.McpErrors;
import io.mcpsession.mcp.ProtocolVersion;
import jakarta.json.JsonObject;
import java.util.Optional;
import java.util.Set;

/** What the errors of a server behind this one mean to a client in front of it. */
final class Errors {

    /** Where the protocol keeps its own codes of the stateless era; they speak of the hop they are sent on. */
    private static final int OF_THE_HOP_FIRST = -32099;
    private static final int OF_THE_HOP_LAST = -32020;
    /** Those of them that a server of that era has for a call that a client with a session makes. */
    private static final Set<Integer> OF_THE_STATELESS_HOP =
            Set.of(McpErrors.HEADER_MISMATCH, McpErrors.MISSING_CAPABILITY, McpErrors.UNSUPPORTED_VERSION);
    private static final int RESOURCE_NOT_FOUND = -32002;
    /** Revision 2025-11-25 alone. */
    private static final int URL_ELICITATION_REQUIRED = -32042;

    private Errors() {
    }

    static RuntimeException ofTool(RpcException failure, Call call) {
        int code = failure.error().code();
        if (code == McpErrors.MISSING_CAPABILITY && !stateless(call)) {
            return new ToolException("This tool needs to ask back, and the client did not declare the capability: "
                    + failure.getMessage());
        }
        if (code == URL_ELICITATION_REQUIRED && opensPages(call)) {
            return failure;
        }
        return code == URL_ELICITATION_REQUIRED
                ? new ToolException("This tool wants the user to open a page first, which this server does not pass on.")
                : of(failure, call);
    }

    private static boolean opensPages(Call call) {
        return call.protocolVersion().equals(ProtocolVersion.V2025_11_25)
                && call.clientCapabilities().get("elicitation") instanceof JsonObject modes && modes.containsKey("url");
    }

    static RuntimeException ofResource(RpcException failure, Call call, String uri) {
        RpcError error = failure.error();
        boolean missing = error.code() == RESOURCE_NOT_FOUND
                || error.code() == RpcError.INVALID_PARAMS
                && error.data().filter(data -> data instanceof JsonObject object && object.containsKey("uri")).isPresent();
        return missing ? new ResourceNotFoundException(uri) : of(failure, call);
    }

    static RuntimeException of(RpcException failure, Call call) {
        int code = failure.error().code();
        boolean passable = stateless(call) ? passesStatelessly(code) : !OF_THE_STATELESS_HOP.contains(code);
        return passable
                ? failure
                : of(new RpcError(RpcError.INTERNAL_ERROR, "A server behind this one refused the call: "
                        + failure.getMessage(), Optional.empty()));
    }

    private static boolean passesStatelessly(int code) {
        // Only the stateless era gives an unknown method a status of its own: it is known here, if not there.
        return (code > OF_THE_HOP_LAST || code < OF_THE_HOP_FIRST || code == McpErrors.MISSING_CAPABILITY)
                && code != RpcError.METHOD_NOT_FOUND;
    }

    static RpcException of(UpstreamException failure) {
        return of(new RpcError(RpcError.INTERNAL_ERROR, failure.getMessage()));
    }

    private static RpcException of(RpcError error) {
        return new RpcException(error);
    }

    /** Whether a call is made in the stateless era. */
    static boolean stateless(Call call) {
        return ProtocolVersion.STATELESS_ERA.contains(call.protocolVersion());
    }
}
