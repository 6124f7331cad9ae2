package io.mcpsession.http;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.Cancellation;
import io.mcpsession.mcp.Era;
import io.mcpsession.mcp.Handles;
import io.mcpsession.mcp.Handshake;
import io.mcpsession.mcp.Outbox;
import io.mcpsession.mcp.ProtocolVersion;
import io.mcpsession.mcp.Questions;
import io.mcpsession.mcp.RunningCalls;
import io.mcpsession.mcp.SessionCall;
import io.mcpsession.mcp.SessionMethods;
import io.mcpsession.relay.EventLog;
import io.mcpsession.session.Arrival;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Resumption;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** POSTs of the session era: {@code initialize}, calls in a session, and messages that want no answer. */
public final class SessionEra {

    private static final int LARGEST_BATCH = 20;

    private final Sessions sessions;
    private final Handshake handshake;
    private final SessionMethods methods;
    private final RunningCalls calls;
    private final Questions questions;
    private final Handles handles;
    private final EventLog log;
    private final SlowCalls slowCalls;
    private final StreamLimits limits;

    public SessionEra(Sessions sessions, Handshake handshake, SessionMethods methods, RunningCalls calls,
                      Questions questions, Handles handles, EventLog log, SlowCalls slowCalls,
                      StreamLimits limits) {
        this.sessions = sessions;
        this.handshake = handshake;
        this.methods = methods;
        this.calls = calls;
        this.questions = questions;
        this.handles = handles;
        this.log = log;
        this.slowCalls = slowCalls;
        this.limits = limits;
    }

    /** Answers {@code initialize}: always a new session, whatever id came with it. */
    void open(Principal caller, Message.Request request, Recipient recipient) {
        Opening opening = handshake.opening(request.params());
        Replies.inSession(recipient.response(), sessions.open(caller, opening));
        PostReply.resumable(recipient, limits, Optional.empty(), false)
                .finish(JsonRpc.result(request.id(), handshake.result(opening)));
    }

    /** Answers any other request. */
    void answer(Arrival arrival, String version, Message.Request request, Recipient recipient) {
        Optional<Session> session = session(arrival, version, Optional.of(request.id()), recipient.response());
        String negotiated = session.map(Session::protocolVersion).orElse(version);
        PostReply reply = PostReply.resumable(recipient, limits, session.map(it -> new CallStream(log, it.id())),
                negotiated.compareTo(ProtocolVersion.V2025_11_25) >= 0);
        Runnable ending;
        try {
            JsonObject answer = run(arrival.caller(), session, negotiated, request, reply, reply::openIfSilent);
            ending = () -> reply.finish(answer);
        } catch (CallCancelledException e) {
            ending = reply::abandon;
        } catch (RuntimeException e) {
            ending = () -> reply.fail(e, request.id());
        }
        ending.run();
    }

    private Optional<Session> session(Arrival arrival, String version, Optional<JsonValue> request,
                                      ServerResponse response) {
        Opening renewal = new Opening(version, ClientInfo.UNKNOWN);
        return switch (sessions.resume(arrival, renewal)) {
            case Resumption.Served(Session session) -> {
                Replies.inSession(response, session);
                yield Optional.of(session);
            }
            case Resumption.Sessionless _ -> Optional.empty();
            case Resumption.NotFound _ -> throw HttpErrors.sessionNotFound(request);
            case Resumption.IdRequired _ -> throw HttpErrors.sessionIdRequired(request);
        };
    }

    private JsonObject run(Principal caller, Optional<Session> session, String version, Message.Request request,
                           Outbox outbox, Runnable whenSilent) {
        Cancellation cancellation = new Cancellation();
        try (RunningCalls.Running running = calls.started(session.map(Session::id), request.id(), cancellation);
                SlowCalls.Watch _ = slowCalls.watch(request.method(), running::announce, whenSilent)) {
            SessionCall call = new SessionCall(caller, session, version, request, outbox, questions, handles,
                    cancellation);
            return JsonRpc.result(request.id(), methods.answer(call, request));
        } catch (RpcException e) {
            return JsonRpc.error(Optional.of(request.id()), e.error());
        } catch (RuntimeException e) {
            // Whatever an interrupted handler makes of its interruption, its call was cancelled.
            throw cancellation.cancelled() ? new CallCancelledException() : e;
        } finally {
            cancellation.finish();
        }
    }

    /** Takes a notification or a response. Opens no session: there is nothing to serve. */
    void accept(Arrival arrival, Message message, ServerResponse response) {
        acknowledge(arrival).ifPresent(own -> take(own, message));
        Replies.empty(response, Status.ACCEPTED_202);
    }

    private Optional<Session> acknowledge(Arrival arrival) {
        return switch (sessions.acknowledge(arrival)) {
            case Resumption.Served(Session session) -> Optional.of(session);
            case Resumption.Sessionless _ -> Optional.empty();
            case Resumption.NotFound _ -> throw HttpErrors.sessionNotFound(Optional.empty());
            case Resumption.IdRequired _ -> throw HttpErrors.sessionIdRequired(Optional.empty());
        };
    }

    private void take(Session session, Message message) {
        switch (message) {
            case Message.Notification(String method, JsonObject params) when method.equals("notifications/cancelled") ->
                    calls.cancel(session.id(), params.getOrDefault("requestId", JsonValue.NULL));
            case Message.Response answer -> questions.answered(session.id(), answer);
            case Message.Notification(String method, _) -> methods.notified(session, method);
            case Message.Request _ -> { }
        }
    }

    /** Serves a batch, which only 2025-03-26 knows: one call after the other, and no way to ask back. */
    void batch(Arrival arrival, String version, List<Message> messages, Recipient recipient) {
        ServerResponse response = recipient.response();
        boolean opens = messages.stream()
                .anyMatch(message -> message instanceof Message.Request it && it.method().equals(Era.INITIALIZE));
        if (opens || messages.size() > LARGEST_BATCH) {
            throw new Refusal(Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST, opens
                    ? "Invalid Request: initialize must not be part of a batch"
                    : "Invalid Request: a batch takes at most " + LARGEST_BATCH + " messages");
        }
        if (arrival.presented().isEmpty()) {
            // Before a session is opened for it.
            requireBatches(version);
        }
        boolean asks = messages.stream().anyMatch(Message.Request.class::isInstance);
        Optional<Session> session = asks
                ? session(arrival, version, Optional.empty(), response)
                : acknowledge(arrival);
        String negotiated = session.map(Session::protocolVersion).orElse(version);
        requireBatches(negotiated);
        List<JsonObject> answers = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.Request request) {
                runInBatch(arrival.caller(), session, negotiated, request).ifPresent(answers::add);
            } else {
                session.ifPresent(own -> take(own, message));
            }
        }
        if (answers.isEmpty()) {
            Replies.empty(response, Status.ACCEPTED_202);
        } else {
            Replies.json(recipient, limits, Json.array(answers));
        }
    }

    /** A call of a batch ends with an answer of its own, whatever it ends with; with none when it was cancelled. */
    private Optional<JsonObject> runInBatch(Principal caller, Optional<Session> session, String version,
                                            Message.Request request) {
        try {
            return Optional.of(run(caller, session, version, request, Silent.INSTANCE, () -> { }));
        } catch (CallCancelledException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(HttpErrors.answer(e, request.id()));
        }
    }

    private static void requireBatches(String version) {
        if (!version.equals(ProtocolVersion.V2025_03_26)) {
            throw new Refusal(Status.BAD_REQUEST_400, RpcError.INVALID_REQUEST,
                    "Invalid Request: revision " + version + " knows no batches");
        }
    }

    /** The way back from a call of a batch: there is none. */
    private enum Silent implements Outbox {
        INSTANCE;

        @Override
        public void send(JsonObject message) {
            // The answer is one JSON array; notifications are optional and have no place in it.
        }

        @Override
        public String caller() {
            return "";
        }

        @Override
        public boolean canAsk() {
            return false;
        }
    }
}
