package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;

/** One request, and all that is said until its answer. For one thread, which may be interrupted. */
final class Exchange {

    /** How often a stream that ended without the answer is taken up again (2025-11-25, Transports, Resumability). */
    private static final int MOST_RESUMPTIONS = 20;
    private static final long DEFAULT_RETRY_MILLIS = 500;
    private static final long LONGEST_RETRY_MILLIS = 10_000;

    private final Wire wire;
    private final Map<String, String> headers;
    private final Incoming incoming;
    private final boolean sessionEra;
    /** Threads that wait for our client's answers, by the ids of the questions. */
    private final ConcurrentMap<JsonValue, Thread> asking = new ConcurrentHashMap<>();
    /** What a question ended the call with. */
    private final AtomicReference<RuntimeException> ended = new AtomicReference<>();
    private volatile InputStream reading = InputStream.nullInputStream();
    private HttpResponse<InputStream> head;

    Exchange(Wire wire, Map<String, String> headers, Incoming incoming, boolean sessionEra) {
        this.wire = wire;
        this.headers = headers;
        this.incoming = incoming;
        this.sessionEra = sessionEra;
    }

    /**
     * @throws RpcException             when the answer is an error
     * @throws SessionLostException     when the session of the headers is not known there
     * @throws UnreachableException     when there is no answer
     * @throws InterruptedCallException when the thread is interrupted
     */
    JsonObject run(JsonValue id, String method, JsonObject params) {
        boolean over = false;
        try {
            JsonObject result = result(wire.post(headers, JsonRpc.request(id, method, params)));
            over = true;
            return result;
        } catch (RpcException | SessionLostException e) {
            over = true;
            throw e;
        } finally {
            asking.values().forEach(Thread::interrupt);
            if (!over && sessionEra) {
                // There a closed connection means nothing (2025-11-25, Transports); where requests stand alone it does.
                wire.tell(headers, JsonRpc.notification("notifications/cancelled",
                        Json.object().add("requestId", id).build()));
            }
        }
    }

    /** The head of the answer, which holds a new session's id. */
    HttpResponse<InputStream> head() {
        return head;
    }

    private JsonObject result(HttpResponse<InputStream> response) {
        head = response;
        try (InputStream body = response.body()) {
            if (response.statusCode() == 200 && isStream(response)) {
                return streamed(body);
            }
            byte[] bytes = body.readNBytes(wire.largestMessage() + 1);
            if (bytes.length > wire.largestMessage()) {
                throw new IOException("the answer is longer than " + wire.largestMessage() + " bytes");
            }
            if (response.statusCode() / 100 != 2) {
                throw Refusals.of(response.statusCode(), bytes, headers.containsKey(Wire.SESSION_ID));
            }
            return JsonRpc.parse(bytes) instanceof Body.Single(Message.Response answer)
                    ? result(answer)
                    : noAnswer("it answered with a message that is no answer");
        } catch (MalformedMessageException e) {
            return noAnswer("its answer is no JSON-RPC message");
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static boolean isStream(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("").startsWith(Wire.EVENT_STREAM);
    }

    private static JsonObject result(Message.Response answer) {
        if (answer.result().orElse(JsonValue.NULL) instanceof JsonObject result) {
            return result;
        }
        throw new RpcException(answer.error().flatMap(RpcError::of)
                .orElseGet(() -> new RpcError(RpcError.INTERNAL_ERROR, "the answer has neither result nor error")));
    }

    private JsonObject streamed(InputStream body) throws IOException {
        EventReader events = new EventReader(body, wire.largestMessage());
        reading = body;
        for (int resumed = 0; resumed <= MOST_RESUMPTIONS; resumed++) {
            Optional<JsonObject> result = untilAnswer(events);
            if (result.isPresent()) {
                return result.get();
            }
            if (!sessionEra || events.lastId().isEmpty()) {
                break;
            }
            // The server let go of the connection and has more to say.
            pause(events.retryMillis().orElse(DEFAULT_RETRY_MILLIS));
            HttpResponse<InputStream> more = wire.get(resuming(events.lastId()));
            reading = more.body();
            if (more.statusCode() != 200 || !isStream(more)) {
                more.body().close();
                break;
            }
            events = new EventReader(more.body(), wire.largestMessage());
        }
        return noAnswer("its stream ended without the answer");
    }

    private Map<String, String> resuming(String lastId) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Last-Event-ID", lastId);
        return all;
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(Duration.ofMillis(Math.clamp(millis, 0, LONGEST_RETRY_MILLIS)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException();
        }
    }

    private Optional<JsonObject> untilAnswer(EventReader events) throws IOException {
        while (true) {
            Optional<byte[]> data = events.next();
            if (data.isEmpty()) {
                return Optional.empty();
            }
            switch (JsonRpc.parse(data.get())) {
                case Body.Single(Message.Response answer) -> {
                    return Optional.of(result(answer));
                }
                case Body.Single(Message.Request question) -> ask(question);
                case Body.Single(Message.Notification(String method, JsonObject params))
                        when method.equals("notifications/cancelled") -> takeBack(params);
                case Body.Single(Message.Notification(String method, JsonObject params)) ->
                        incoming.notification(method, params);
                case Body.Batch _ -> { }
            }
        }
    }

    private void takeBack(JsonObject params) {
        Thread asked = params.containsKey("requestId") ? asking.get(params.get("requestId")) : null;
        if (asked != null) {
            asked.interrupt();
        }
    }

    private void ask(Message.Request question) {
        Thread thread = Thread.ofVirtual().name("question").unstarted(() -> answer(question));
        asking.put(question.id(), thread);
        thread.start();
    }

    private void answer(Message.Request question) {
        try {
            JsonObject message;
            try {
                message = JsonRpc.result(question.id(), question.method().equals("ping")
                        ? JsonValue.EMPTY_JSON_OBJECT
                        : incoming.question(question.method(), question.params()));
            } catch (RpcException e) {
                message = JsonRpc.error(Optional.of(question.id()), e.error());
            }
            wire.post(headers, message).body().close();
        } catch (RuntimeException e) {
            end(e);
        } catch (IOException e) {
            end(failure(e));
        } finally {
            asking.remove(question.id());
        }
    }

    private void end(RuntimeException why) {
        ended.compareAndSet(null, why);
        try {
            // Wakes whoever reads from it.
            reading.close();
        } catch (IOException e) {
            // It is closed either way.
        }
    }

    private RuntimeException failure(IOException e) {
        RuntimeException why = ended.get();
        return why != null ? why : Wire.broken(e, Reach.ANSWERING);
    }

    private JsonObject noAnswer(String what) {
        RuntimeException why = ended.get();
        throw why != null ? why : new UnreachableException(what, Reach.ANSWERING);
    }
}
