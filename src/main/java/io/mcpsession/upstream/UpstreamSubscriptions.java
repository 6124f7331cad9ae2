package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
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
    boolean watched(String uri, boolean bySession) {
        return bySession && !statelessOnly.getAsBoolean() || watch.watch(uri);
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
        } else if (!watch.watch(uri)) {
            throw new RpcException(new RpcError(RpcError.INVALID_REQUEST,
                    "The server behind this one does not tell when this resource changes"));
        }
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
