package io.mcpsession.mcp;

import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.SessionId;
import jakarta.json.JsonValue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The calls this replica runs, so that they can be cancelled: by their client, through whichever replica it reaches. */
public final class RunningCalls {

    private final ConcurrentMap<Key, Cancellation> calls = new ConcurrentHashMap<>();
    private final Bus bus;

    public RunningCalls(Bus bus) {
        this.bus = bus;
        bus.follow(heard -> {
            if (heard.event() instanceof BusEvent.Cancelled(SessionId session, String requestId)) {
                cancelHere(new Key(session, requestId));
            }
        });
    }

    public void started(SessionId session, JsonValue requestId, Cancellation cancellation) {
        calls.put(new Key(session, requestId.toString()), cancellation);
    }

    public void finished(SessionId session, JsonValue requestId, Cancellation cancellation) {
        calls.remove(new Key(session, requestId.toString()), cancellation);
    }

    /** Cancels a call of this session wherever it runs; an unknown id is ignored, as the protocol wants it. */
    public void cancel(SessionId session, JsonValue requestId) {
        Key key = new Key(session, requestId.toString());
        if (!cancelHere(key)) {
            bus.publish(new BusEvent.Cancelled(session, key.requestId()));
        }
    }

    private boolean cancelHere(Key key) {
        Cancellation cancellation = calls.get(key);
        if (cancellation != null) {
            cancellation.cancel();
        }
        return cancellation != null;
    }

    /**
     * @param requestId as JSON text: the number 1 and the text "1" are two ids
     */
    private record Key(SessionId session, String requestId) {
    }
}
