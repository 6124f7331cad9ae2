package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.InputRelayedException;
import io.mcpsession.mcp.InputRounds;
import io.mcpsession.mcp.Meta;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.function.UnaryOperator;

/**
 * The rounds of one call to a server that may answer with questions. They go to the client unchanged where it speaks the
 * same era; otherwise they are asked as its era asks, and the call is repeated from here.
 *
 * @param name    of the server
 * @param params  of the first round
 * @param relayed whether client and server speak one era
 */
record Rounds(String name, JsonObject params, PassThrough incoming, boolean relayed) {

    /** A server that asks for more does not know what it wants. */
    private static final int MOST = 16;

    /**
     * Makes the call.
     *
     * @param send from the params of a round to its result
     * @return the result, as a handler gives it
     * @throws InputRelayedException when the client itself has to answer questions first
     */
    JsonObject run(UnaryOperator<JsonObject> send) {
        JsonObject next = params;
        for (int round = 1; round <= MOST; round++) {
            JsonObject result = send.apply(next);
            if (!InputRounds.wants(result)) {
                return plain(result).remove(InputRounds.RESULT_TYPE).build();
            }
            if (relayed) {
                throw new InputRelayedException(plain(result).build());
            }
            next = answered(round, result);
        }
        throw new RpcException(new RpcError(RpcError.INTERNAL_ERROR, "The server \"" + name
                + "\" behind this one asked for more than " + MOST + " rounds of input"));
    }

    private JsonObject answered(int round, JsonObject result) {
        JsonObjectBuilder answered = Json.object(params);
        if (result.get(InputRounds.REQUESTS) instanceof JsonObject questions) {
            JsonObjectBuilder responses = Json.object();
            incoming.answers(round, questions).forEach(responses::add);
            answered.add(InputRounds.RESPONSES, responses);
        }
        if (result.containsKey(InputRounds.STATE)) {
            answered.add(InputRounds.STATE, result.get(InputRounds.STATE));
        }
        return answered.build();
    }

    /** Without what belongs to the hop from that server to this one. */
    private static JsonObjectBuilder plain(JsonObject result) {
        JsonObjectBuilder plain = Json.object(result).remove("ttlMs").remove("cacheScope");
        JsonObject meta = Meta.of(result);
        if (meta.containsKey(Meta.SERVER_INFO)) {
            JsonObject rest = Json.object(meta).remove(Meta.SERVER_INFO).build();
            if (rest.isEmpty()) {
                plain.remove(Meta.META);
            } else {
                plain.add(Meta.META, rest);
            }
        }
        return plain;
    }
}
