package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.function.Consumer;

/** A resource of another server. */
record UpstreamResource(Forwarding forwarding, Consumer<String> watch, JsonObject json) implements Resource {

    @Override
    public Description description() {
        return new Description(json.getString("uri"), json.getString("name", ""), json.getString("title", ""),
                json.getString("description", ""), json.getString("mimeType", ""));
    }

    @Override
    public List<ResourceContents> read(Call call) {
        return read(forwarding, call, json.getString("uri"));
    }

    @Override
    public void watched() {
        watch.accept(json.getString("uri"));
    }

    static List<ResourceContents> read(Forwarding forwarding, Call call, String uri) {
        try {
            JsonObject result = forwarding.forward(call,
                    Forwarded.reading("resources/read", Json.object().add("uri", uri).build()));
            return result.get("contents") instanceof JsonArray contents
                    ? contents.stream().filter(JsonObject.class::isInstance).map(JsonValue::asJsonObject)
                            .<ResourceContents>map(ResourceContents.Given::new).toList()
                    : List.of();
        } catch (UpstreamException e) {
            throw Errors.of(e);
        } catch (RpcException e) {
            throw Errors.ofResource(e, call, uri);
        }
    }
}
