package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** The requests of another server on one stream, each answered on a thread of its own. */
final class ServerRequests {

    /** A server that has more open at once is told that it is too many. */
    private static final int MOST = 64;
    private static final RpcError TOO_MANY = new RpcError(RpcError.INTERNAL_ERROR, "too many requests at once");

    private final Wire wire;
    private final Map<String, String> headers;
    private final Incoming incoming;
    private final Consumer<RuntimeException> failed;
    private final ConcurrentMap<JsonValue, Asked> open = new ConcurrentHashMap<>();

    /**
     * @param headers go with the answers
     * @param failed  told what kept a request from being answered, when it was not taken back
     */
    ServerRequests(Wire wire, Map<String, String> headers, Incoming incoming, Consumer<RuntimeException> failed) {
        this.wire = wire;
        this.headers = headers;
        this.incoming = incoming;
        this.failed = failed;
    }

    /** Answers a request, without waiting for it. */
    void answer(Message.Request request) {
        if (request.method().equals("ping")) {
            wire.tell(headers, JsonRpc.result(request.id(), JsonValue.EMPTY_JSON_OBJECT));
        } else if (open.size() >= MOST) {
            wire.tell(headers, JsonRpc.error(Optional.of(request.id()), TOO_MANY));
        } else {
            Asked asked = new Asked(request);
            open.put(request.id(), asked);
            asked.thread.start();
        }
    }

    /** The server no longer wants an answer, as {@code notifications/cancelled} says; unknown ids are ignored. */
    void takeBack(JsonObject params) {
        Asked asked = params.containsKey("requestId") ? open.get(params.get("requestId")) : null;
        if (asked != null) {
            asked.takeBack();
        }
    }

    /** Answers nothing any more. */
    void stop() {
        open.values().forEach(Asked::takeBack);
    }

    private final class Asked {

        private final Message.Request request;
        private final Thread thread = Thread.ofVirtual().name("server-request").unstarted(this::run);
        private volatile boolean takenBack;

        Asked(Message.Request request) {
            this.request = request;
        }

        void takeBack() {
            takenBack = true;
            thread.interrupt();
        }

        private void run() {
            try {
                wire.post(headers, answer()).body().close();
            } catch (RuntimeException e) {
                fail(e);
            } catch (IOException e) {
                fail(Wire.broken(e, Reach.ANSWERING));
            } finally {
                open.remove(request.id(), this);
            }
        }

        private JsonObject answer() {
            try {
                return JsonRpc.result(request.id(), incoming.question(request.method(), request.params()));
            } catch (RpcException e) {
                return JsonRpc.error(Optional.of(request.id()), e.error());
            }
        }

        private void fail(RuntimeException why) {
            if (!takenBack) {
                failed.accept(why);
            }
        }
    }
}
