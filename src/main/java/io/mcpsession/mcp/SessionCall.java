package io.mcpsession.mcp;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A call of the session era: questions travel on the call's own stream and are answered by further POSTs. */
public final class SessionCall implements Call {

    /** Attribute of the session that {@code logging/setLevel} sets. */
    static final String LOG_LEVEL = "log-level";
    private static final LogLevel DEFAULT_LEVEL = LogLevel.INFO;

    private final Session session;
    private final JsonObject meta;
    private final Outbox outbox;
    private final Questions questions;
    private final Cancellation cancellation;
    private final ProgressReport progress;

    public SessionCall(Session session, Message.Request request, Outbox outbox, Questions questions,
                       Cancellation cancellation) {
        this.session = session;
        this.meta = Meta.of(request.params());
        this.outbox = outbox;
        this.questions = questions;
        this.cancellation = cancellation;
        this.progress = new ProgressReport(meta, outbox);
    }

    @Override
    public Principal principal() {
        return session.owner();
    }

    @Override
    public Optional<Session> session() {
        return Optional.of(session);
    }

    @Override
    public String protocolVersion() {
        return session.protocolVersion();
    }

    @Override
    public JsonObject meta() {
        return meta;
    }

    @Override
    public void progress(double done, double total, String message) {
        cancellation.check();
        progress.report(done, total, message);
    }

    @Override
    public void log(LogLevel level, String logger, JsonValue data) {
        cancellation.check();
        LogLevel least = Optional.ofNullable(session.attributes().get(LOG_LEVEL))
                .flatMap(LogLevel::of)
                .orElse(DEFAULT_LEVEL);
        if (level.compareTo(least) >= 0) {
            outbox.send(Notifications.log(level, logger, data));
        }
    }

    @Override
    public Map<String, JsonObject> ask(Map<String, ClientRequest> asked) {
        cancellation.check();
        asked.values().stream()
                .map(ClientRequest::capability)
                .filter(capability -> !outbox.canAsk() || !clientCan(capability))
                .findFirst()
                .ifPresent(capability -> {
                    throw new MissingCapabilityException(capability);
                });
        Map<String, Questions.Open> open = new LinkedHashMap<>();
        asked.forEach((key, question) -> open.put(key, questions.ask(session.id(), question, outbox)));
        Map<String, JsonObject> answers = new LinkedHashMap<>();
        open.forEach((key, question) -> answers.put(key, question.await(cancellation)));
        return answers;
    }

    @Override
    public boolean clientCan(String capability) {
        return Json.parseObject(session.client().capabilities()).containsKey(capability);
    }

    @Override
    public boolean cancelled() {
        return cancellation.cancelled();
    }
}
