package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.Meta;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Map;

/** What a server behind this one may ask of a client, and how its questions go on. */
final class ClientRequests {

    /** The capability that each question belongs to. */
    private static final Map<String, String> CAPABILITIES = Map.of(
            "elicitation/create", "elicitation",
            "sampling/createMessage", "sampling",
            "roots/list", "roots");

    private ClientRequests() {
    }

    /**
     * What the client declares of that which can be asked through this server, with the modes it declares.
     *
     * @param statelessly whether either side speaks the stateless era, in which roots never change
     */
    static JsonObject capabilities(Call call, boolean statelessly) {
        return capabilities(call.clientCapabilities(), statelessly);
    }

    /** The same of what a client declared. */
    static JsonObject capabilities(JsonObject declared, boolean statelessly) {
        JsonObjectBuilder capabilities = Json.object();
        CAPABILITIES.values().stream().filter(it -> declared.getOrDefault(it, JsonValue.NULL) != JsonValue.NULL)
                .forEach(it -> capabilities.add(it, declared.get(it) instanceof JsonObject modes
                        && !(statelessly && it.equals("roots")) ? modes : JsonValue.EMPTY_JSON_OBJECT));
        return capabilities.build();
    }

    /**
     * A question as it goes on to the client.
     *
     * @throws RpcException when it is none that a client answers, or that this client declares to answer
     */
    static ClientRequest relayed(JsonObject declared, String method, JsonObject params) {
        String capability = CAPABILITIES.get(method);
        if (capability == null || declared.getOrDefault(capability, JsonValue.NULL) == JsonValue.NULL) {
            throw RpcException.methodNotFound(method);
        }
        JsonObject meta = Meta.of(params);
        if (!meta.containsKey(Meta.PROGRESS_TOKEN)) {
            return new ClientRequest.Relayed(method, capability, params);
        }
        // Progress of an answer is not passed back.
        return new ClientRequest.Relayed(method, capability, Json.object(params)
                .add(Meta.META, Json.object(meta).remove(Meta.PROGRESS_TOKEN)).build());
    }
}
