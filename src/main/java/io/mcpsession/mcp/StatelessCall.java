package io.mcpsession.mcp;

import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A call of the stateless era. A question ends it; the client repeats it with the answers, and what was answered in
 * earlier rounds comes back in the signed request state (2026-07-28, Multi Round-Trip Requests).
 */
public final class StatelessCall extends CallInProgress {

    private final Optional<String> conversation;
    private final Era.Stateless era;
    private final Optional<LogLevel> logLevel;
    private final Supplier<Map<String, JsonObject>> earlier;
    /** The answers the handler has asked for in this round. */
    private final Map<String, JsonObject> heard = new ConcurrentHashMap<>();
    /** Null until it is asked for. */
    private Optional<Session> session;

    /**
     * @param conversation what the client calls the conversation; empty when it does not say
     * @param earlier      answers of earlier rounds; not asked for where the state of the request is another server's
     * @throws RpcException for a log level that does not exist
     */
    public StatelessCall(Principal principal, Optional<String> conversation, Era.Stateless era,
                         Message.Request request, Outbox outbox, Handles handles, Cancellation cancellation,
                         Supplier<Map<String, JsonObject>> earlier) {
        super(principal, era.version(), request, outbox, handles, cancellation);
        this.conversation = conversation;
        this.era = era;
        this.logLevel = level(meta());
        this.earlier = earlier;
    }

    @Override
    void checkRound() {
        earlier.get();
    }

    /** All the client has answered, in this round and in earlier ones. */
    private Map<String, JsonObject> answers() {
        Map<String, JsonObject> answers = new HashMap<>(earlier.get());
        if (continuation().get(InputRounds.RESPONSES) instanceof JsonObject given) {
            given.forEach((key, answer) -> {
                if (answer instanceof JsonObject object) {
                    answers.put(key, object);
                }
            });
        }
        return answers;
    }

    private static Optional<LogLevel> level(JsonObject meta) {
        JsonValue level = meta.get(Meta.LOG_LEVEL);
        if (level == null) {
            return Optional.empty();
        }
        return Optional.of(Optional.of(level)
                .filter(JsonString.class::isInstance)
                .flatMap(text -> LogLevel.of(((JsonString) text).getString()))
                .orElseThrow(() -> RpcException.invalidParams("Unknown log level")));
    }

    /** Asked of the store only when a handler wants it: most calls do without, also while the store is away. */
    @Override
    public synchronized Optional<Session> session() {
        if (session == null) {
            session = conversation.map(name -> handles().ofConversation(principal(), name, era.version()));
        }
        return session;
    }

    RoutingHeaders headers() {
        return era.headers();
    }

    @Override
    public Optional<LogLevel> logLevel() {
        return logLevel;
    }

    @Override
    public Map<String, JsonObject> ask(Map<String, ClientRequest> asked) {
        cancellation().check();
        Map<String, JsonObject> answers = answers();
        Map<String, ClientRequest> unanswered = new LinkedHashMap<>();
        Map<String, JsonObject> answered = new LinkedHashMap<>();
        asked.forEach((key, question) -> {
            JsonObject answer = answers.get(key);
            if (answer != null && Answers.fits(question, answer)) {
                answered.put(key, answer);
            } else if (ClientCapabilities.allow(era.capabilities(), question)) {
                unanswered.put(key, question);
            } else {
                throw new MissingCapabilityException(question.capability());
            }
        });
        // Only what was asked for is worth carrying on: other keys of the client are ignored.
        heard.putAll(answered);
        if (!unanswered.isEmpty()) {
            throw new InputRequiredException(unanswered, Map.copyOf(heard));
        }
        return answered;
    }

    /** The call ends with the question, whatever its client takes. */
    @Override
    public boolean canAsk() {
        return true;
    }

    @Override
    public boolean clientCan(String capability) {
        return ClientCapabilities.include(era.capabilities(), capability);
    }

    @Override
    public JsonObject clientCapabilities() {
        return era.capabilities();
    }

    @Override
    Optional<LogLevel> relayedLevel() {
        return logLevel;
    }
}
