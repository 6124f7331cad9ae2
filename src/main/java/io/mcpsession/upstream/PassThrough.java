package io.mcpsession.upstream;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.limit.Deadlines.Pause;
import io.mcpsession.mcp.Meta;
import io.mcpsession.mcp.Notifications;
import io.mcpsession.mcp.schema.RevisionSchema;
import io.mcpsession.mcpclient.Incoming;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Hands on what a server says during a call to the client of that call, and the client's answers back. */
final class PassThrough implements Incoming {

    private static final String ROOTS = "roots/list";
    /** How long a call says nothing before a question for roots is taken for its own. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final RpcError NOT_NOW = new RpcError(-32000, "the client cannot be asked now");

    private final Call call;
    private final Deadline deadline;
    private final Gate.Place place;
    private final Incoming others;
    private final boolean unrepeatable;
    private final Optional<JsonValue> token;
    private final Thread runner = Thread.currentThread();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger askedOutside = new AtomicInteger();
    /** What a question outside of the call ended it with; null for nothing. */
    private RuntimeException gaveUp;
    private boolean finished;
    private long lastHeard;

    /**
     * For a call of the current thread.
     *
     * @param place        the call's among those to its server, which it needs not hold while somebody is asked
     * @param others       hears what is not of this call, such as that a list changed
     * @param unrepeatable whether it must not be run anew for a question that may not be its own
     */
    PassThrough(Call call, Deadline deadline, Gate.Place place, Incoming others, boolean unrepeatable) {
        this.call = call;
        this.deadline = deadline;
        this.place = place;
        this.others = others;
        this.unrepeatable = unrepeatable;
        this.token = Optional.ofNullable(call.meta().get(Meta.PROGRESS_TOKEN)).map(theirs ->
                // The client's own where the session there is the client's alone, so that any replica can pass progress
                // on; else one of ours, for those of two clients may be equal.
                call.session().isPresent() && !Errors.stateless(call)
                        ? theirs
                        : Json.string(UUID.randomUUID().toString()));
    }

    /** By which the server tells progress of this call; empty when the client wants none. */
    Optional<JsonValue> token() {
        return token;
    }

    boolean isFor(JsonValue progressToken) {
        return token.filter(it -> it.equals(progressToken)).isPresent();
    }

    boolean canAsk() {
        return call.canAsk();
    }

    @Override
    public void notification(String method, JsonObject params) {
        heard();
        switch (method) {
            case "notifications/progress" -> {
                if (params.get("progress") instanceof JsonNumber) {
                    call.progress(number(params, "progress"), number(params, "total"),
                            params.get("message") instanceof JsonString text ? text.getString() : "");
                }
            }
            case Notifications.MESSAGE -> call.relay(method, RevisionSchema.logMessage(params));
            case "notifications/elicitation/complete" -> {
                if (params.get("elicitationId") instanceof JsonString) {
                    call.relay(method, params);
                }
            }
            default -> others.notification(method, params);
        }
    }

    private static double number(JsonObject params, String name) {
        double value = params.get(name) instanceof JsonNumber number ? number.doubleValue() : 0;
        return Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE);
    }

    @Override
    public JsonObject question(String method, JsonObject params) {
        // The same key each time the call is run anew for a stateless client: questions come in the same order.
        return question(asked.incrementAndGet() + "." + method, method, params);
    }

    private JsonObject question(String key, String method, JsonObject params) {
        try {
            return ask(Map.of(key, request(method, params))).get(key);
        } catch (ClientRefusedException e) {
            // What the client answered, word for word.
            throw new RpcException(e.error());
        }
    }

    /**
     * Asks what the server asks in the same session, but not as a part of this call. What ends the call interrupts its
     * thread.
     */
    JsonObject questionOutsideOfCall(String method, JsonObject params) {
        try {
            return question("session." + askedOutside.incrementAndGet() + "." + method, method, params);
        } catch (RpcException e) {
            throw e;
        } catch (RuntimeException e) {
            if (!unrepeatable && (!method.equals(ROOTS) || callFallsSilent())) {
                giveUp(e);
            }
            throw new RpcException(NOT_NOW);
        }
    }

    private synchronized void heard() {
        lastHeard = System.nanoTime();
    }

    /**
     * Waits until the call either says nothing for a while, as one does that waits for roots, or is over. Many servers
     * ask for roots because a session is new, and a stateless client can only be asked by running its call anew.
     */
    private synchronized boolean callFallsSilent() {
        heard();
        for (long left = SILENCE_NANOS; left > 0 && !finished; left = lastHeard + SILENCE_NANOS - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !finished;
    }

    private synchronized void giveUp(RuntimeException why) {
        if (!finished && gaveUp == null) {
            gaveUp = why;
            runner.interrupt();
        }
    }

    /** Makes the call. What a question outside of it ended it with comes out of it. */
    JsonObject run(Supplier<JsonObject> way) {
        try {
            return way.get();
        } catch (RuntimeException e) {
            synchronized (this) {
                throw gaveUp != null ? gaveUp : e;
            }
        } finally {
            finish();
        }
    }

    /** Whether it is not wanted any more: its client has cancelled it, or must answer a question first. */
    synchronized boolean over() {
        return gaveUp != null || call.cancelled();
    }

    /** The call is over: an interruption must not hit what its thread does next. */
    private synchronized void finish() {
        finished = true;
        notifyAll();
        if (gaveUp != null) {
            Thread.interrupted();
        }
    }

    /**
     * Asks what a server wants to know before it goes on; {@code round} keeps equal keys of two rounds apart.
     *
     * @throws ClientRefusedException when the client answered with an error or not in time: no round can say so
     */
    Map<String, JsonObject> answers(int round, JsonObject questions) {
        Map<String, ClientRequest> requests = new LinkedHashMap<>();
        questions.forEach((key, question) -> {
            if (question instanceof JsonObject object && object.get("method") instanceof JsonString method) {
                requests.put(round + "." + key, request(method.getString(),
                        object.get("params") instanceof JsonObject params ? params : JsonValue.EMPTY_JSON_OBJECT));
            }
        });
        Map<String, JsonObject> answers = new LinkedHashMap<>();
        ask(requests).forEach((key, answer) -> answers.put(key.substring(key.indexOf('.') + 1), answer));
        return answers;
    }

    private Map<String, JsonObject> ask(Map<String, ClientRequest> requests) {
        try (Pause _ = deadline.pause(); Pause _ = place.pause()) {
            return call.ask(requests);
        }
    }

    private ClientRequest request(String method, JsonObject params) {
        return ClientRequests.relayed(call.clientCapabilities(), method, params);
    }
}
