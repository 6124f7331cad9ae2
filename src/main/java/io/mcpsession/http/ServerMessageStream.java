package io.mcpsession.http;

import io.mcpsession.mcp.ServerMessages;
import io.mcpsession.mcp.Subscriptions;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.Position;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One session's stream of server messages on this replica. Its events are those of the bus that concern the session, so
 * their places in the bus are their ids, and any replica can go on from any of them.
 */
final class ServerMessageStream {

    private final Session session;
    private final EventStream stream;
    private final Bus bus;
    private final Sessions sessions;
    private final Subscriptions subscriptions;
    private final ServerMessages messages;
    private final String holder = UUID.randomUUID().toString();
    private final Object reading = new Object();
    /** What came while it was not certain yet what to send. */
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    /**
     * How many things are to be found out first: from the start the past, and later what each change of subscriptions
     * is, and what long messages say.
     */
    private int uncertain = 1;
    private Position sent = new Position(0, 0);
    /** Touched by the thread of the bus alone. */
    private boolean holding;
    private volatile Set<String> subscribed = Set.of();

    /**
     * @param message what it says to the session; does not wait
     */
    private record Waiting(Position position, Supplier<Optional<JsonObject>> message) {
    }

    ServerMessageStream(Session session, EventStream stream, Bus bus, Sessions sessions, Subscriptions subscriptions,
                        ServerMessages messages) {
        this.session = session;
        this.stream = stream;
        this.bus = bus;
        this.sessions = sessions;
        this.subscriptions = subscriptions;
        this.messages = messages;
    }

    /**
     * Takes the stream over from whichever replica had it, and replays what was missed. To be called after
     * {@link #hear} listens, so that nothing falls between.
     *
     * @param mark an id to begin with, so that a client can resume before anything was said
     */
    void begin(Optional<Position> after, Optional<EventId> mark) {
        bus.publish(new BusEvent.StreamTaken(session.id(), holder));
        readSubscriptions();
        mark.ifPresent(id -> stream.mark(id.text()));
        after.ifPresent(position -> bus.after(position, this::replay));
        certain();
    }

    /** Hears the bus; must not block. */
    void hear(Bus.Heard heard) {
        switch (heard.event()) {
            case BusEvent.StreamTaken(SessionId taken, String by) when taken.equals(session.id()) -> taken(by);
            case BusEvent.SubscriptionsChanged(SessionId changed) when changed.equals(session.id()) ->
                    subscriptionsChanged();
            case BusEvent.SessionsEnded(String user) when user.equals(session.owner().fingerprint()) ->
                    aside(this::endWithSession);
            case BusEvent.SessionMessage(SessionId addressed, _) when addressed.equals(session.id()) -> deliver(heard);
            case BusEvent.ListChanged _, BusEvent.ResourceUpdated _ -> deliver(heard);
            case BusEvent.StreamTaken _, BusEvent.SubscriptionsChanged _, BusEvent.SessionsEnded _,
                 BusEvent.Cancelled _, BusEvent.Answered _, BusEvent.SessionMessage _, BusEvent.SessionBridged _ -> { }
        }
    }

    /**
     * The bus puts those who take the stream at once in an order that is the same for all, so each must know whether the
     * other came after it: what is heard before its own taking came before.
     */
    private void taken(String by) {
        if (by.equals(holder)) {
            holding = true;
        } else if (holding) {
            stream.end();
        }
    }

    /** An update that follows must be told by the new subscriptions, so it waits until they are read. */
    private synchronized void subscriptionsChanged() {
        uncertain++;
        aside(() -> {
            try {
                readSubscriptions();
            } finally {
                certain();
            }
        });
    }

    private void readSubscriptions() {
        // One after the other, or an older answer could come last.
        synchronized (reading) {
            subscribed = subscriptions.of(session);
        }
    }

    private synchronized void deliver(Bus.Heard heard) {
        if (!ServerMessages.waits(heard.event())) {
            waiting.add(new Waiting(heard.position(), () -> message(heard)));
            sendWaiting();
            return;
        }
        CompletableFuture<Optional<JsonObject>> message = new CompletableFuture<>();
        waiting.add(new Waiting(heard.position(), message::join));
        uncertain++;
        aside(() -> {
            try {
                message.complete(message(heard));
            } finally {
                message.complete(Optional.empty());
                certain();
            }
        });
    }

    private Optional<JsonObject> message(Bus.Heard heard) {
        return messages.message(heard.event(), session.id(), subscribed);
    }

    private synchronized void certain() {
        uncertain--;
        sendWaiting();
    }

    private void sendWaiting() {
        while (uncertain == 0 && !waiting.isEmpty()) {
            Waiting next = waiting.remove();
            send(next.position(), next.message().get());
        }
    }

    /** False when the stream takes no more. */
    private boolean replay(Bus.Heard heard) {
        // The thread of the bus must not wait for this one, which may wait for the store here.
        Optional<JsonObject> message = message(heard);
        synchronized (this) {
            return send(heard.position(), message);
        }
    }

    private boolean send(Position position, Optional<JsonObject> message) {
        if (position.compareTo(sent) <= 0) {
            return true;
        }
        sent = position;
        return message.map(it -> stream.news(new EventId.OfServer(position).text(), it)).orElse(true);
    }

    private void endWithSession() {
        if (!(sessions.find(session.id()) instanceof Lookup.Live)) {
            stream.end();
        }
    }

    private static void aside(Runnable task) {
        Thread.ofVirtual().name("server-stream").start(() -> {
            try {
                task.run();
            } catch (StoreUnavailableException e) {
                // The stream goes on with what it knows; the next event of this kind asks again.
            }
        });
    }
}
