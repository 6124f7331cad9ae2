package io.mcpsession;

import io.mcpsession.grpc.McpCall;
import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.Message;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.Optional;

/** Reads what a proxy wants to know of a call off its body. */
final class PeekedCalls implements McpCall.Reader {

    private static final McpCall UNREADABLE = new McpCall(Optional.empty(), Optional.empty());

    @Override
    public McpCall read(byte[] body) {
        try {
            return JsonRpc.parse(body) instanceof Body.Single(Message message) ? call(message) : UNREADABLE;
        } catch (MalformedMessageException e) {
            // A proxy may send on only the beginning.
            return UNREADABLE;
        }
    }

    private static McpCall call(Message message) {
        return switch (message) {
            case Message.Request(_, String method, JsonObject params) -> call(method, params);
            case Message.Notification(String method, JsonObject params) -> call(method, params);
            case Message.Response _ -> UNREADABLE;
        };
    }

    private static McpCall call(String method, JsonObject params) {
        return new McpCall(Optional.of(method),
                params.get("_meta") instanceof JsonObject meta && meta.get("openai/session") instanceof JsonString name
                        ? Optional.of(name.getString())
                        : Optional.empty());
    }
}
