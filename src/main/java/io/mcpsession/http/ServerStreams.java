package io.mcpsession.http;

import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.mcp.BridgedSessions;
import io.mcpsession.mcp.ProtocolVersion;
import io.mcpsession.mcp.ServerMessages;
import io.mcpsession.mcp.Subscriptions;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.EventLog;
import io.mcpsession.relay.Position;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * GETs of the session era: the stream of server messages, or the rest of a stream that broke, begun on whichever
 * replica.
 */
public final class ServerStreams {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    /** How soon a call is looked at again that has just said something ... */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    /** ... and how seldom one that is silent for long. */
    private static final Duration LOOK_SELDOM = Duration.ofSeconds(1);

    private final Bus bus;
    private final EventLog log;
    private final Sessions sessions;
    private final Subscriptions subscriptions;
    private final OpenStreams open;
    private final BridgedSessions bridged;
    private final ServerMessages messages;

    public ServerStreams(Bus bus, EventLog log, Sessions sessions, Subscriptions subscriptions, OpenStreams open,
                         BridgedSessions bridged, ServerMessages messages) {
        this.bus = bus;
        this.log = log;
        this.sessions = sessions;
        this.subscriptions = subscriptions;
        this.open = open;
        this.bridged = bridged;
        this.messages = messages;
    }

    /**
     * @param lastEventId what the client saw last; empty for a new stream
     */
    void serve(Session session, Optional<String> lastEventId, Recipient recipient) {
        EventStream stream = new EventStream(recipient, open.limits(), KEEP_ALIVE, () -> { });
        switch (lastEventId.flatMap(EventId::parse).orElse(null)) {
            case EventId.OfCall(String name, long number) when log.after(session.id(), name, number).isPresent() ->
                    open.run(stream, OpenStreams.comeBack(stream), () -> goOn(session, name, number, stream));
            case EventId.OfServer(Position position) -> serveMessages(session, Optional.of(position), stream);
            // Of a stream nobody remembers there is nothing to resume; 4xx would tell the client its session is gone.
            case EventId.OfCall _ -> serveMessages(session, Optional.empty(), stream);
            case null -> serveMessages(session, Optional.empty(), stream);
        }
    }

    /** Sends what followed in the stream of a call, which may still be running on another replica. */
    private void goOn(Session session, String name, long seen, EventStream stream) {
        long last = seen;
        Duration pause = LOOK_AGAIN;
        while (stream.open()) {
            Optional<EventLog.Replay> replay = log.after(session.id(), name, last);
            List<EventLog.Entry> entries = replay.map(EventLog.Replay::entries).orElseGet(List::of);
            for (EventLog.Entry entry : entries) {
                if (!entry.data().isEmpty()) {
                    stream.data(new EventId.OfCall(name, entry.number()).text(), entry.data());
                }
                last = entry.number();
            }
            if (replay.map(EventLog.Replay::over).orElse(true)) {
                stream.end();
                return;
            }
            if (entries.isEmpty()) {
                LockSupport.parkNanos(pause.toNanos());
                pause = Collections.min(List.of(pause.multipliedBy(2), LOOK_SELDOM));
            } else {
                pause = LOOK_AGAIN;
            }
        }
    }

    private void serveMessages(Session session, Optional<Position> after, EventStream stream) {
        ServerMessageStream serving = new ServerMessageStream(session, stream, bus, sessions, subscriptions, messages);
        boolean marked = session.protocolVersion().compareTo(ProtocolVersion.V2025_11_25) >= 0;
        // Taken before listening, so that whatever is sent comes after it.
        Optional<EventId> mark = marked && after.isEmpty()
                ? Optional.of(new EventId.OfServer(bus.position()))
                : Optional.empty();
        try (Bus.Following _ = bus.follow(serving::hear); BridgedSessions.Presence _ = bridged.listening(session)) {
            open.run(stream, OpenStreams.comeBack(stream), () -> serving.begin(after, mark));
        }
    }
}
