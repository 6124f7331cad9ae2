package io.mcpsession.mcp;

import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.limit.Occupancy;
import io.mcpsession.relay.Awaited;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.LongTexts;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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

    private static final Logger LOG = System.getLogger(Questions.class.getName());
    /** What is waited for is named by this and the id of the question. */
    private static final String AWAITED = "q-";
    /** Longer ones are none of this server's. */
    private static final int LONGEST_ID = 64;
    private static final long STORE_PATIENCE_MILLIS = 2_000;

    private final ConcurrentMap<Key, CompletableFuture<JsonObject>> open = new ConcurrentHashMap<>();
    private final Bus bus;
    private final Awaited awaited;
    private final LongTexts texts;
    private final Duration patience;
    private final Occupancy places;

    /**
     * @param awaited tells the replica that an answer reaches whether it was asked for
     * @param texts   takes answers that are too long for the bus
     */
    public Questions(Bus bus, Awaited awaited, LongTexts texts, Limits limits) {
        this.bus = bus;
        this.awaited = awaited;
        this.texts = texts;
        this.patience = limits.patience();
        this.places = new Occupancy(limits.perCaller(), limits.all());
        bus.follow(heard -> {
            if (heard.event() instanceof BusEvent.Answered(SessionId session, String id, BusEvent.Text response)) {
                answeredElsewhere(new Key(session, id), response);
            }
        });
    }

    /**
     * What waits for people may wait long, and each takes a stream, a thread, and a connection to whoever asks.
     *
     * @param patience  how long a client may take for an answer
     * @param perCaller most questions to the clients of one caller that wait for their answers
     * @param all       most of all callers together
     */
    public record Limits(Duration patience, int perCaller, int all) {
    }

    /** A question on its way. */
    final class Open {

        private final String caller;
        private final Key key;
        private final Consumer<JsonObject> way;
        private final CompletableFuture<JsonObject> answer = new CompletableFuture<>();

        private Open(String caller, Key key, Consumer<JsonObject> way) {
            this.caller = caller;
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
            if (open.remove(key) != null) {
                places.give(caller, 1);
                awaited.take(key.session(), AWAITED + key.id());
            }
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
     * @param caller whose client is asked, named among all callers
     * @param way    to the client
     * @throws ClientRefusedException when as many wait already as may; nothing was asked
     */
    Open ask(String caller, SessionId session, ClientRequest question, Consumer<JsonObject> way) {
        places.take(caller, 1).ifPresent(scope -> {
            String why = "Too many questions wait for answers" + (scope == Occupancy.Scope.ALL ? " of all callers." : ".");
            throw new ClientRefusedException(why, new RpcError(McpErrors.TOO_MANY_REQUESTS, why));
        });
        Key key = new Key(session, UUID.randomUUID().toString());
        Open asked = new Open(caller, key, way);
        open.put(key, asked.answer);
        try {
            beginToWait(key);
            way.accept(JsonRpc.request(Json.string(key.id()), question.method(), question.params()));
            return asked;
        } catch (RuntimeException e) {
            asked.forget();
            throw e;
        }
    }

    /** How many wait for their answers. For tests. */
    int waiting() {
        return open.size();
    }

    /** Before the client can answer: other replicas pass on only what they know to be waited for. */
    private void beginToWait(Key key) {
        awaited.begin(key.session(), AWAITED + key.id()).toCompletableFuture()
                // Without the store only answers that reach this replica count.
                .exceptionally(_ -> false)
                .completeOnTimeout(false, STORE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * The client answered; whichever replica asked will hear of it. What nobody asked goes nowhere.
     *
     * @throws io.mcpsession.session.StoreUnavailableException when it could not be found out who asked
     */
    public void answered(SessionId session, Message.Response response) {
        if (!(response.id() instanceof JsonString id) || id.getString().length() > LONGEST_ID) {
            return;
        }
        Key key = new Key(session, id.getString());
        JsonObject answer = response.json();
        if (!answeredHere(key, answer) && StoreAllowance.current()
                .await(awaited.take(session, AWAITED + key.id()).toCompletableFuture())) {
            bus.publish(new BusEvent.Answered(session, key.id(), texts.write(session, Json.text(answer))));
        }
    }

    private void answeredElsewhere(Key key, BusEvent.Text response) {
        if (!open.containsKey(key)) {
            return;
        }
        // Whoever tells of it must not wait for the store.
        Thread.ofVirtual().name("answer").start(() -> {
            try {
                texts.read(key.session(), response).ifPresent(text -> answeredHere(key, Json.parseObject(text)));
            } catch (StoreUnavailableException e) {
                LOG.log(Level.WARNING, () -> "the answer of a client is lost: " + e.getMessage());
            }
        });
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
