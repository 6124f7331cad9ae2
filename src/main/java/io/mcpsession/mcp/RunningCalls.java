package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.relay.Awaited;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The calls this replica runs, so that they can be cancelled: by their client, through whichever replica it reaches. */
public final class RunningCalls {

    /** What is waited for is named by this and the id of the request. */
    private static final String AWAITED = "c-";

    private final ConcurrentMap<Key, Running> calls = new ConcurrentHashMap<>();
    private final Bus bus;
    private final Awaited awaited;

    /**
     * @param awaited tells other replicas which calls can be cancelled
     */
    public RunningCalls(Bus bus, Awaited awaited) {
        this.bus = bus;
        this.awaited = awaited;
        bus.follow(heard -> {
            if (heard.event() instanceof BusEvent.Cancelled(SessionId session, String requestId)) {
                cancelHere(new Key(session, requestId));
            }
        });
    }

    /**
     * Keeps a call in mind while it runs.
     *
     * @param session empty for a call that nobody can name, and so nobody cancels
     */
    public Running started(Optional<SessionId> session, JsonValue requestId, Cancellation cancellation) {
        Running running = new Running(session.map(it -> Key.of(it, requestId)), cancellation);
        running.key.ifPresent(key -> calls.put(key, running));
        return running;
    }

    /** A call. Ends when it is closed. */
    public final class Running implements AutoCloseable {

        private final Optional<Key> key;
        private final Cancellation cancellation;
        private boolean announced;
        private boolean over;

        private Running(Optional<Key> key, Cancellation cancellation) {
            this.key = key;
            this.cancellation = cancellation;
        }

        /**
         * Lets the call be cancelled through other replicas too. Most calls are over before anybody could, and each that
         * can be is known to the store. Does not wait.
         */
        public synchronized void announce() {
            if (over || announced || key.isEmpty()) {
                return;
            }
            announced = true;
            awaited.begin(key.get().session(), AWAITED + key.get().requestId()).thenAccept(waited -> {
                if (!waited) {
                    cancellation.cancel();
                }
            });
        }

        @Override
        public synchronized void close() {
            over = true;
            key.ifPresent(it -> calls.remove(it, this));
            if (announced) {
                awaited.take(key.orElseThrow().session(), AWAITED + key.orElseThrow().requestId());
            }
        }
    }

    /** Cancels a call of this session wherever it runs; an unknown id is ignored, as the protocol wants it. */
    public void cancel(SessionId session, JsonValue requestId) {
        if (!JsonRpc.isId(requestId)) {
            return;
        }
        Key key = Key.of(session, requestId);
        if (!cancelHere(key)) {
            awaited.takeOrLeaveWord(session, AWAITED + key.requestId()).thenAccept(runs -> {
                if (runs) {
                    bus.publish(new BusEvent.Cancelled(session, key.requestId()));
                }
            });
        }
    }

    private boolean cancelHere(Key key) {
        Running running = calls.get(key);
        if (running != null) {
            running.cancellation.cancel();
        }
        return running != null;
    }

    /**
     * @param requestId as JSON text: the number 1 and the text "1" are two ids
     */
    private record Key(SessionId session, String requestId) {

        static Key of(SessionId session, JsonValue requestId) {
            return new Key(session, requestId.toString());
        }
    }
}
