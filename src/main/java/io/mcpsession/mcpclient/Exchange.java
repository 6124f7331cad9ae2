package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRefusedException;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.MalformedMessageException;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.limit.BudgetExhaustedException;
import io.mcpsession.limit.ByteBudget;
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
import java.util.concurrent.atomic.AtomicReference;

/** One request, and all that is said until its answer. For one thread, which may be interrupted. */
final class Exchange {

    /** How often a stream that ended without the answer is taken up again (2025-11-25, Transports, Resumability). */
    private static final int MOST_RESUMPTIONS = 20;
    private static final Duration USUAL_RETRY = Duration.ofMillis(500);

    private final Wire wire;
    private final Map<String, String> headers;
    private final Incoming incoming;
    private final boolean sessionEra;
    private final ServerRequests questions;
    private final ByteBudget.Share held;
    /** What a question ended the call with. */
    private final AtomicReference<RuntimeException> ended = new AtomicReference<>();
    private volatile InputStream reading = InputStream.nullInputStream();
    private HttpResponse<InputStream> head;

    Exchange(Wire wire, Map<String, String> headers, Incoming incoming, boolean sessionEra) {
        this.wire = wire;
        this.headers = headers;
        this.incoming = incoming;
        this.sessionEra = sessionEra;
        this.held = wire.memory();
        this.questions = new ServerRequests(wire, headers, incoming, this::end);
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
            JsonObject result = result(id, wire.post(headers, JsonRpc.request(id, method, params)));
            over = true;
            return result;
        } catch (RpcException | SessionLostException e) {
            over = true;
            throw e;
        } finally {
            held.close();
            questions.stop();
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

    private JsonObject result(JsonValue id, HttpResponse<InputStream> response) {
        head = response;
        try (InputStream body = response.body()) {
            if (response.statusCode() / 100 == 2 && isStream(response)) {
                return streamed(id, body);
            }
            if (response.statusCode() / 100 != 2) {
                throw Refusals.of(response, body, headers.containsKey(Wire.SESSION_ID));
            }
            return answerAmong(id, wire.read(body, held)).orElseGet(() -> noAnswer("it did not answer the request"));
        } catch (MalformedMessageException e) {
            return noAnswer("its answer is no JSON-RPC message");
        } catch (JsonRefusedException e) {
            return noAnswer("its answer " + e.getMessage());
        } catch (BudgetExhaustedException e) {
            // Not that server's fault.
            throw new RpcException(new RpcError(RpcError.INTERNAL_ERROR,
                    "More is being read from other servers than there is memory for; try again"));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static boolean isStream(HttpResponse<?> response) {
        return Wire.mediaType(response).equals(Wire.EVENT_STREAM);
    }

    /**
     * Takes messages, of which 2025-03-26 allows several at once, up to the answer. Those that cannot be read are passed
     * over, and so are answers to what nobody asked.
     *
     * @throws MalformedMessageException when what cannot be read is the answer
     * @throws JsonRefusedException      when it is no JSON at all, or too much
     */
    private Optional<JsonObject> answerAmong(JsonValue id, byte[] messages) {
        for (JsonValue value : JsonRpc.received(messages, wire.limits(held))) {
            Message message;
            try {
                message = JsonRpc.message(value);
            } catch (MalformedMessageException e) {
                if (value instanceof JsonObject json && answers(json, id)) {
                    Optional<RpcError> error = RpcError.of(json.get("error"));
                    throw error.<RuntimeException>map(this::failed).orElse(e);
                }
                continue;
            }
            switch (message) {
                case Message.Response answer when answer.id().equals(id) -> {
                    return Optional.of(result(answer));
                }
                case Message.Request question -> questions.answer(question);
                case Message.Notification(String method, JsonObject params)
                        when method.equals("notifications/cancelled") -> questions.takeBack(params);
                case Message.Notification(String method, JsonObject params) -> incoming.notification(method, params);
                case Message.Response _ -> { }
            }
        }
        return Optional.empty();
    }

    /** Whether it is meant as the answer: by its id, or, as errors may lack theirs, by being an error without one. */
    private static boolean answers(JsonObject json, JsonValue id) {
        return id.equals(json.get("id"))
                || json.containsKey("error") && json.getOrDefault("id", JsonValue.NULL) == JsonValue.NULL;
    }

    private JsonObject result(Message.Response answer) {
        if (answer.result().orElse(JsonValue.NULL) instanceof JsonObject result) {
            return result;
        }
        throw failed(answer.error().flatMap(RpcError::of)
                .orElseGet(() -> new RpcError(RpcError.INTERNAL_ERROR, "the answer has neither result nor error")));
    }

    private RuntimeException failed(RpcError error) {
        return sessionEra && Refusals.isOfSession(error)
                ? new SessionLostException(new RpcException(error))
                : new RpcException(error);
    }

    private JsonObject streamed(JsonValue id, InputStream body) throws IOException {
        StreamPlace place = new StreamPlace(USUAL_RETRY);
        EventReader events = new EventReader(body, wire.largestMessage(), held, place);
        reading = body;
        for (int resumed = 0; resumed <= MOST_RESUMPTIONS; resumed++) {
            Optional<JsonObject> result = untilAnswer(id, events);
            if (result.isPresent()) {
                return result.get();
            }
            if (!sessionEra || place.lastId().isEmpty()) {
                break;
            }
            // The server let go of the connection and has more to say.
            pause(place.retry());
            HttpResponse<InputStream> more = wire.get(resuming(place.lastId()));
            reading = more.body();
            if (more.statusCode() / 100 != 2 || !isStream(more)) {
                more.body().close();
                break;
            }
            events = new EventReader(more.body(), wire.largestMessage(), held, place);
        }
        return noAnswer("its stream ended without the answer");
    }

    private Map<String, String> resuming(String lastId) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Last-Event-ID", lastId);
        return all;
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedCallException();
        }
    }

    private Optional<JsonObject> untilAnswer(JsonValue id, EventReader events) throws IOException {
        for (Optional<byte[]> data = events.next(); data.isPresent(); data = events.next()) {
            Optional<JsonObject> answer = read(id, data.get());
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    private Optional<JsonObject> read(JsonValue id, byte[] event) {
        try {
            return answerAmong(id, event);
        } catch (MalformedMessageException e) {
            if (e.id().filter(id::equals).isPresent()) {
                throw e;
            }
            // One message that cannot be read does not spoil the others.
            return Optional.empty();
        } catch (JsonRefusedException e) {
            if (e.tooLarge()) {
                // Most likely the answer, for which nobody should wait until the stream ends.
                throw e;
            }
            return Optional.empty();
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
