package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import java.util.function.BooleanSupplier;

/**
 * Who wants to hear of one server's resources. A session subscribes in its own session there, and hears what comes on
 * the stream of that; everybody else is told by this replica, which subscribes once for all.
 *
 * @param statelessOnly whether the server opens no sessions
 */
record UpstreamSubscriptions(Forwarding forwarding, Watch watch, BooleanSupplier statelessOnly) {

    private static final String SUBSCRIBE = "resources/subscribe";

    /** Whether changes will be told. */
    boolean watched(String uri, Subscriber subscriber) {
        return subscriber.bySession() && !statelessOnly.getAsBoolean() || watch.watch(uri, subscriber);
    }

    /**
     * @throws RpcException when the server does not tell of changes
     */
    void subscribe(Call call, String uri) {
        if (!watch.subscribable()) {
            // The clients of SDKs do not even ask such a server.
            throw RpcException.methodNotFound(SUBSCRIBE);
        }
        if (!statelessOnly.getAsBoolean()) {
            forward(call, SUBSCRIBE, uri);
        } else if (!watch.watch(uri, subscriber(call))) {
            throw new RpcException(new RpcError(RpcError.INVALID_REQUEST, watch.isFull(subscriber(call))
                    ? "The sessions of a user hold " + WatchedResources.MOST_OF_ONE
                            + " subscriptions at a server behind this one at most"
                    : "The server behind this one does not tell when this resource changes"));
        }
    }

    private static Subscriber subscriber(Call call) {
        return new Subscriber(call.principal().fingerprint(), call.session().orElseThrow().id().value(), true);
    }

    void unsubscribe(Call call, String uri) {
        if (watch.subscribable() && !statelessOnly.getAsBoolean()) {
            forward(call, "resources/unsubscribe", uri);
        }
    }

    private void forward(Call call, String method, String uri) {
        try {
            forwarding.forward(call, Forwarded.reading(method, Json.object().add("uri", uri).build()));
        } catch (UpstreamException e) {
            throw Errors.of(e);
        } catch (RpcException e) {
            throw e.error().code() == RpcError.METHOD_NOT_FOUND ? e : Errors.ofResource(e, call, uri);
        }
    }
}
