package io.mcpsession.mcp;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.limit.Deadlines.Pause;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.stream.Stream;

/** What the calls of both eras have in common. */
abstract class CallInProgress implements Call {

    private final Principal principal;
    private final String version;
    private final JsonObject params;
    private final JsonObject meta;
    private final Outbox outbox;
    private final Handles handles;
    private final Cancellation cancellation;
    private final ProgressReport progress;
    /** Null while it may take any time. */
    private volatile Deadline deadline;

    CallInProgress(Principal principal, String version, Message.Request request, Outbox outbox, Handles handles,
                   Cancellation cancellation) {
        this.principal = principal;
        this.version = version;
        this.params = request.params();
        this.meta = Meta.of(params);
        this.outbox = new PausingOutbox(outbox);
        this.handles = handles;
        this.cancellation = cancellation;
        this.progress = new ProgressReport(meta, this.outbox);
    }

    /** What a tool sends may have to wait for a client that reads slowly, which is not the tool's time. */
    private final class PausingOutbox implements Outbox {

        private final Outbox outbox;

        PausingOutbox(Outbox outbox) {
            this.outbox = outbox;
        }

        @Override
        public void send(JsonObject message) {
            try (Pause _ = pause()) {
                outbox.send(message);
            }
        }

        @Override
        public String caller() {
            return outbox.caller();
        }

        @Override
        public boolean canAsk() {
            return outbox.canAsk();
        }
    }

    @Override
    public final Principal principal() {
        return principal;
    }

    @Override
    public final String protocolVersion() {
        return version;
    }

    @Override
    public final JsonObject meta() {
        return meta;
    }

    @Override
    public final void progress(double done, double total, String message) {
        cancellation.check();
        progress.report(done, total, message);
    }

    @Override
    public final void log(LogLevel level, String logger, JsonValue data) {
        cancellation.check();
        if (logLevel().filter(least -> level.compareTo(least) >= 0).isPresent()) {
            outbox.send(Notifications.log(level, logger, data));
        }
    }

    @Override
    public final void relay(String method, JsonObject params) {
        cancellation.check();
        if (!method.equals(Notifications.MESSAGE)
                || relayedLevel().filter(least -> Notifications.level(params).compareTo(least) >= 0).isPresent()) {
            outbox.send(JsonRpc.notification(method, params));
        }
    }

    /**
     * Checks what the client sends with a further round of the call, before a handler of this server runs.
     *
     * @throws io.mcpsession.jsonrpc.RpcException when it is not this server's own
     */
    void checkRound() {
    }

    /** The least severe level of other servers' log messages that the client wants; empty when it wants none. */
    abstract Optional<LogLevel> relayedLevel();

    @Override
    public final JsonObject continuation() {
        JsonObjectBuilder members = Json.object();
        Stream.of(InputRounds.RESPONSES, InputRounds.STATE).filter(params::containsKey)
                .forEach(name -> members.add(name, params.get(name)));
        return members.build();
    }

    @Override
    public final Session openHandle() {
        return handles.open(principal, version);
    }

    @Override
    public final Optional<Session> findHandle(String handle) {
        return handles.find(principal, handle);
    }

    @Override
    public final boolean cancelled() {
        return cancellation.cancelled();
    }

    /** From now on it may take so long, not counting the time that its client takes to answer. */
    final void within(Deadline time) {
        deadline = time;
    }

    /** Stops the clock while the client is asked. */
    final Pause pause() {
        Deadline current = deadline;
        return current == null ? () -> { } : current.pause();
    }

    final Outbox outbox() {
        return outbox;
    }

    final Handles handles() {
        return handles;
    }

    final Cancellation cancellation() {
        return cancellation;
    }
}
