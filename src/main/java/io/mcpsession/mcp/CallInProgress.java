package io.mcpsession.mcp;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.LogLevel;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.limit.Deadlines.Deadline;
import io.mcpsession.limit.Deadlines.Pause;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Optional;

/** What the calls of both eras have in common. */
abstract class CallInProgress implements Call {

    private final Principal principal;
    private final String version;
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
        this.meta = Meta.of(request.params());
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
