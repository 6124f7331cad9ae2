package io.mcpsession.mcp;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
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

    private final Principal principal;
    private final Optional<Session> session;
    private final String version;
    private final JsonObject meta;
    private final Outbox outbox;
    private final Questions questions;
    private final Handles handles;
    private final Cancellation cancellation;
    private final ProgressReport progress;

    /**
     * @param session empty where the policy serves calls without one
     * @param version the revision in force
     */
    public SessionCall(Principal principal, Optional<Session> session, String version, Message.Request request,
                       Outbox outbox, Questions questions, Handles handles, Cancellation cancellation) {
        this.principal = principal;
        this.session = session;
        this.version = version;
        this.handles = handles;
        this.meta = Meta.of(request.params());
        this.outbox = outbox;
        this.questions = questions;
        this.cancellation = cancellation;
        this.progress = new ProgressReport(meta, outbox);
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public Optional<Session> session() {
        return session;
    }

    @Override
    public String protocolVersion() {
        return version;
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
        LogLevel least = session.map(it -> it.attributes().get(LOG_LEVEL))
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
        Map<String, JsonObject> answers = new LinkedHashMap<>();
        try {
            SessionId id = session.orElseThrow().id();
            asked.forEach((key, question) -> open.put(key, questions.ask(id, question, outbox)));
            open.forEach((key, question) -> answers.put(key, question.await(cancellation)));
        } finally {
            open.values().forEach(Questions.Open::forget);
        }
        asked.forEach((key, question) -> {
            if (!Answers.fits(question, answers.get(key))) {
                throw new ClientRefusedException("The client's answer is none to " + question.method() + ".");
            }
        });
        return answers;
    }

    @Override
    public boolean clientCan(String capability) {
        return session.map(it -> ClientCapabilities.include(Json.parseObject(it.client().capabilities()), capability))
                .orElse(false);
    }

    @Override
    public Session openHandle() {
        return handles.open(principal, version);
    }

    @Override
    public Optional<Session> findHandle(String handle) {
        return handles.find(principal, handle);
    }

    @Override
    public boolean cancelled() {
        return cancellation.cancelled();
    }
}
