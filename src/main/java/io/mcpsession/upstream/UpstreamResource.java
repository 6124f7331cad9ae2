package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;
import java.util.List;

/** A resource of another server. */
record UpstreamResource(Forwarding forwarding, Results results, UpstreamSubscriptions subscriptions, JsonObject json)
        implements Resource {

    @Override
    public boolean passesRoundsOn() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(json.getString("uri"), json.getString("name", ""), json.getString("title", ""),
                json.getString("description", ""), json.getString("mimeType", ""));
    }

    @Override
    public List<ResourceContents> read(Call call) {
        return read(forwarding, results, call, json.getString("uri"));
    }

    @Override
    public boolean watched(Subscriber subscriber) {
        return subscriptions.watched(json.getString("uri"), subscriber);
    }

    @Override
    public void subscribe(Call call) {
        subscriptions.subscribe(call, json.getString("uri"));
    }

    @Override
    public void unsubscribe(Call call) {
        subscriptions.unsubscribe(call, json.getString("uri"));
    }

    static List<ResourceContents> read(Forwarding forwarding, Results results, Call call, String uri) {
        try {
            return results.ofResource(call, uri, forwarding.forward(call,
                    Forwarded.reading("resources/read", Json.object().add("uri", uri).build())));
        } catch (UpstreamException e) {
            throw Errors.of(e);
        } catch (RpcException e) {
            throw Errors.ofResource(e, call, uri);
        }
    }
}
