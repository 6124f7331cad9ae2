package io.mcpsession.mcp;

import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Questions of the session era: asked on the call's own stream, answered by a POST that may reach any replica. An
 * answer counts only within the session that was asked, and a session belongs to one user.
 */
public final class Questions implements AutoCloseable {

    private final ConcurrentMap<Key, CompletableFuture<JsonObject>> open = new ConcurrentHashMap<>();
    private final Bus bus;
    private final Duration patience;

    public Questions(Bus bus, Duration patience) {
        this.bus = bus;
        this.patience = patience;
        bus.follow(heard -> {
            if (heard.event() instanceof BusEvent.Answered(SessionId session, String id, String response)) {
                answeredHere(new Key(session, id), Json.parseObject(response));
            }
        });
    }

    /** A question on its way. */
    final class Open {

        private final Key key;
        private final Consumer<JsonObject> way;
        private final CompletableFuture<JsonObject> answer = new CompletableFuture<>();

        private Open(Key key, Consumer<JsonObject> way) {
            this.key = key;
            this.way = way;
        }

        /**
         * @throws ClientRefusedException when the client answered with an error or not in time
         */
        JsonObject await(Cancellation cancellation) {
            try {
                return result(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                cancellation.check();
                Thread.currentThread().interrupt();
                throw new CallCancelledException();
            } catch (CancellationException e) {
                throw new CallCancelledException();
            } catch (TimeoutException e) {
                String late = "The client did not answer within " + patience.toSeconds() + " s.";
                throw new ClientRefusedException(late, new RpcError(McpErrors.REQUEST_TIMEOUT, late));
            } catch (ExecutionException e) {
                throw new IllegalStateException("answers are never completed exceptionally", e);
            }
        }

        /** Nobody waits for the answer any more. */
        void forget() {
            open.remove(key);
        }

        /** The same; the client hears of it if it has not answered yet (2025-11-25, Cancellation). */
        void takeBack() {
            forget();
            if (answer.isDone()) {
                return;
            }
            // Who was interrupted while waiting still has this to say.
            boolean interrupted = Thread.interrupted();
            try {
                way.accept(JsonRpc.notification("notifications/cancelled",
                        Json.object().add("requestId", key.id()).build()));
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static JsonObject result(JsonObject response) {
            if (response.get("result") instanceof JsonObject result) {
                return result;
            }
            RpcError error = RpcError.of(response.get("error"))
                    .orElseGet(() -> new RpcError(RpcError.INTERNAL_ERROR, "no reason given"));
            throw new ClientRefusedException("The client refused: " + error.message(), error);
        }
    }

    /**
     * Asks. Whoever does must forget the question or take it back in the end, whatever became of it.
     *
     * @param way to the client
     */
    Open ask(SessionId session, ClientRequest question, Consumer<JsonObject> way) {
        Key key = new Key(session, UUID.randomUUID().toString());
        Open asked = new Open(key, way);
        open.put(key, asked.answer);
        way.accept(JsonRpc.request(Json.string(key.id()), question.method(), question.params()));
        return asked;
    }

    /** How many wait for their answers. For tests. */
    int waiting() {
        return open.size();
    }

    /** The client answered; whichever replica asked will hear of it. */
    public void answered(SessionId session, Message.Response response) {
        if (!(response.id() instanceof JsonString id)) {
            return;
        }
        Key key = new Key(session, id.getString());
        JsonObject answer = response.json();
        if (!answeredHere(key, answer)) {
            bus.publish(new BusEvent.Answered(session, key.id(), answer.toString()));
        }
    }

    private boolean answeredHere(Key key, JsonObject answer) {
        CompletableFuture<JsonObject> waiting = open.get(key);
        return waiting != null && waiting.complete(answer);
    }

    /** Nobody answers any more: the calls that wait end. */
    @Override
    public void close() {
        open.values().forEach(answer -> answer.cancel(false));
    }

    private record Key(SessionId session, String id) {
    }
}
