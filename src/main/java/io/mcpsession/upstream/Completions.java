package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Completion;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Asks another server what an argument might be. */
final class Completions {

    private Completions() {
    }

    static Completion of(Forwarding forwarding, Call call, JsonObject ref, String argument, String value,
                         Map<String, String> context) {
        JsonObjectBuilder params = Json.object()
                .add("ref", ref)
                .add("argument", Json.object().add("name", argument).add("value", value));
        if (!context.isEmpty()) {
            JsonObjectBuilder known = Json.object();
            context.forEach(known::add);
            params.add("context", Json.object().add("arguments", known));
        }
        try {
            return parse(forwarding.forward(call, Forwarded.reading("completion/complete", params.build())));
        } catch (UpstreamException e) {
            throw Errors.of(e);
        } catch (RpcException e) {
            if (e.error().code() == RpcError.METHOD_NOT_FOUND) {
                // It suggests nothing.
                return Completion.NONE;
            }
            throw Errors.of(e, call);
        }
    }

    private static Completion parse(JsonObject result) {
        JsonObject given = result.get("completion") instanceof JsonObject object
                ? object
                : JsonValue.EMPTY_JSON_OBJECT;
        List<String> values = given.get("values") instanceof JsonArray array
                ? array.stream().filter(JsonString.class::isInstance).map(it -> ((JsonString) it).getString()).toList()
                : List.of();
        return new Completion(values.stream().limit(Completion.MOST).toList(),
                given.get("total") instanceof JsonNumber total ? count(total.doubleValue()) : OptionalInt.empty(),
                given.getBoolean("hasMore", values.size() > Completion.MOST));
    }

    private static OptionalInt count(double value) {
        return value >= 0 && value == (int) value ? OptionalInt.of((int) value) : OptionalInt.empty();
    }
}
