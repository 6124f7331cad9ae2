package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Message.Request;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** The methods of the session era, but for {@code initialize}, which makes the session the others run in. */
public final class SessionMethods {

    private final Tools tools;

    public SessionMethods(Tools tools) {
        this.tools = tools;
    }

    /**
     * @return the result
     * @throws RpcException when the answer is an error
     */
    public JsonObject answer(Call call, Request request) {
        return switch (request.method()) {
            case "ping" -> JsonValue.EMPTY_JSON_OBJECT;
            case "tools/list" -> tools.list(request.params());
            case "tools/call" -> tools.call(call, request.params());
            default -> throw RpcException.methodNotFound(request.method());
        };
    }
}
