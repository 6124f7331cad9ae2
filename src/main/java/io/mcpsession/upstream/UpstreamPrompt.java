package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Completion;
import io.mcpsession.handler.Prompt;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** A prompt of another server. */
final class UpstreamPrompt implements Prompt {

    private final Forwarding forwarding;
    private final Results results;
    private final String name;
    private final JsonObject json;
    private final Description description;

    UpstreamPrompt(Forwarding forwarding, Results results, JsonObject original, String prefix) {
        this.forwarding = forwarding;
        this.results = results;
        this.name = original.getString("name");
        this.json = Json.object(original).add("name", prefix + name).build();
        List<Argument> arguments = original.get("arguments") instanceof JsonArray array
                ? array.stream().filter(JsonObject.class::isInstance).map(JsonValue::asJsonObject)
                        .map(it -> new Argument(it.getString("name", ""), it.getString("description", ""),
                                it.getBoolean("required", false)))
                        .toList()
                : List.of();
        this.description = new Description(prefix + name, original.getString("title", name),
                original.getString("description", ""), arguments);
    }

    @Override
    public boolean passesRoundsOn() {
        return true;
    }

    @Override
    public Description description() {
        return description;
    }

    @Override
    public JsonObject json() {
        return json;
    }

    @Override
    public boolean emptyIsAbsent() {
        return false;
    }

    @Override
    public Result get(Call call, Map<String, String> arguments) {
        JsonObjectBuilder given = Json.object();
        arguments.forEach(given::add);
        try {
            return new Result(results.ofPrompt(call, name, forwarding.forward(call, Forwarded.reading("prompts/get",
                    Json.object().add("name", name).add("arguments", given).build()))));
        } catch (UpstreamException e) {
            throw Errors.of(e);
        } catch (RpcException e) {
            throw Errors.of(e, call);
        }
    }

    @Override
    public Completion complete(Call call, String argument, String value, Map<String, String> context) {
        return Completions.of(forwarding, call, Json.object().add("type", "ref/prompt").add("name", name).build(),
                argument, value, context);
    }
}
