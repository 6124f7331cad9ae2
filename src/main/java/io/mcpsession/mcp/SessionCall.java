package io.mcpsession.mcp;

import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.limit.Deadlines.Pause;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A call of the session era: questions travel on the call's own stream and are answered by further POSTs. */
public final class SessionCall extends CallInProgress {

    private static final LogLevel DEFAULT_LEVEL = LogLevel.INFO;

    private final Optional<Session> session;
    private final Questions questions;

    /**
     * @param session empty where the policy serves calls without one
     * @param version the revision in force
     */
    public SessionCall(Principal principal, Optional<Session> session, String version, Message.Request request,
                       Outbox outbox, Questions questions, Handles handles, Cancellation cancellation) {
        super(principal, version, request, outbox, handles, cancellation);
        this.session = session;
        this.questions = questions;
    }

    @Override
    public Optional<Session> session() {
        return session;
    }

    @Override
    public Optional<LogLevel> logLevel() {
        return session.map(it -> it.attributes().get(Session.LOG_LEVEL))
                .flatMap(LogLevel::of)
                .or(() -> Optional.of(DEFAULT_LEVEL));
    }

    @Override
    public Map<String, JsonObject> ask(Map<String, ClientRequest> asked) {
        cancellation().check();
        JsonObject declared = clientCapabilities();
        asked.values().stream()
                .filter(question -> !outbox().canAsk() || !ClientCapabilities.allow(declared, question))
                .findFirst()
                .ifPresent(question -> {
                    throw new MissingCapabilityException(question.capability());
                });
        Map<String, Questions.Open> open = new LinkedHashMap<>();
        Map<String, JsonObject> answers = new LinkedHashMap<>();
        try (Pause _ = pause()) {
            SessionId id = session.orElseThrow().id();
            asked.forEach((key, question) -> open.put(key, questions.ask(outbox().caller(), id, question, outbox()::send)));
            open.forEach((key, question) -> answers.put(key, question.await(cancellation())));
        } finally {
            open.values().forEach(cancellation().cancelled() ? Questions.Open::forget : Questions.Open::takeBack);
        }
        asked.forEach((key, question) -> {
            if (!Answers.fits(question, answers.get(key))) {
                String unfit = "The client's answer is none to " + question.method() + ".";
                throw new ClientRefusedException(unfit, new RpcError(RpcError.INVALID_PARAMS, unfit));
            }
        });
        return answers;
    }

    @Override
    public boolean canAsk() {
        return session.isPresent() && outbox().canAsk();
    }

    @Override
    public boolean clientCan(String capability) {
        return ClientCapabilities.include(clientCapabilities(), capability);
    }

    @Override
    public JsonObject clientCapabilities() {
        return session.map(it -> Json.parseObject(it.client().capabilities())).orElse(JsonValue.EMPTY_JSON_OBJECT);
    }

    /** A client that has set no level leaves it to the server what to send (2025-11-25, Logging). */
    @Override
    Optional<LogLevel> relayedLevel() {
        return session.map(it -> it.attributes().get(Session.LOG_LEVEL)).flatMap(LogLevel::of).or(() -> Optional.of(LogLevel.DEBUG));
    }
}
