package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Completion;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Map;

/** A resource template of another server. */
record UpstreamTemplate(Forwarding forwarding, Results results, UpstreamSubscriptions subscriptions, JsonObject json)
        implements ResourceTemplate {

    @Override
    public boolean passesRoundsOn() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(json.getString("uriTemplate"), json.getString("name", ""), json.getString("title", ""),
                json.getString("description", ""), json.getString("mimeType", ""));
    }

    @Override
    public List<ResourceContents> read(Call call, String uri, Map<String, String> variables) {
        return UpstreamResource.read(forwarding, results, call, uri);
    }

    @Override
    public boolean watched(String uri, Subscriber subscriber) {
        return subscriptions.watched(uri, subscriber);
    }

    @Override
    public void subscribe(Call call, String uri) {
        subscriptions.subscribe(call, uri);
    }

    @Override
    public void unsubscribe(Call call, String uri) {
        subscriptions.unsubscribe(call, uri);
    }

    @Override
    public Completion complete(Call call, String variable, String value, Map<String, String> context) {
        return Completions.of(forwarding, call, Json.object().add("type", "ref/resource")
                .add("uri", json.getString("uriTemplate")).build(), variable, value, context);
    }
}
