package io.mcpsession.http;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.relay.EventLog;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import jakarta.json.JsonObject;
import java.util.UUID;

/** Names and remembers the events of one call of the session era, so that any replica can go on where it broke. */
final class CallStream {

    /** More than this of one call is not kept: Redis is no place for it. */
    private static final int MOST_CHARACTERS = 4 * 1024 * 1024;

    private final EventLog log;
    private final SessionId session;
    /** Null until there is something to name: most calls answer at once. */
    private String name;
    private long number;
    private long characters;
    private boolean remembered = true;
    private boolean reachable = true;

    CallStream(EventLog log, SessionId session) {
        this.log = log;
        this.session = session;
    }

    /** The id before the first event. */
    String start() {
        return id(0);
    }

    /** Lets a client come back to a stream that has said nothing yet. Does not wait. */
    void begin() {
        if (number == 0) {
            log.begin(session, name);
        }
    }

    /**
     * @return the event's id; empty when it could not be remembered, so that no client tries to resume from it
     */
    String remember(JsonObject message, boolean last) {
        String data = Json.text(message);
        characters += data.length();
        remembered &= characters <= MOST_CHARACTERS && number < EventLog.MAX_EVENTS;
        // The last is what the client called for, and whoever resumes waits for it: it is kept though there be a gap.
        if (!remembered && !(last && reachable && data.length() <= MOST_CHARACTERS)) {
            if (last) {
                end();
            }
            return "";
        }
        return append(data, last);
    }

    /** Remembers that nothing follows, so that nobody who resumes waits for it. */
    void end() {
        if (name != null && reachable) {
            append("", true);
        }
    }

    private String append(String data, boolean last) {
        try {
            String id = id(number + 1);
            EventLog.Entry entry = new EventLog.Entry(++number, data, last);
            // The last is told after the handler, and belongs to it like the others.
            return StoreAllowance.apart(() -> {
                log.append(session, name, entry);
                return id;
            });
        } catch (StoreUnavailableException e) {
            remembered = false;
            reachable = false;
            return "";
        }
    }

    private String id(long of) {
        if (name == null) {
            name = UUID.randomUUID().toString().substring(24);
        }
        return new EventId.OfCall(name, of).text();
    }
}
