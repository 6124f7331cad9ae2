package io.mcpsession.relay;

import io.mcpsession.session.SessionId;
import java.util.List;
import java.util.Optional;

/**
 * Remembers what was sent on the stream of one call, so that any replica can go on where a connection broke. Bounded in
 * count and age, and for each user in bytes.
 */
public interface EventLog {

    /** Most events remembered of one stream. */
    int MAX_EVENTS = 2000;

    /**
     * Remembers a stream from before its first event, so that it can be waited for. Does not wait for the store.
     *
     * @param stream name of the stream, unique in its session
     */
    void begin(SessionId session, String stream);

    /**
     * Remembers an event before it is sent.
     *
     * @param stream name of the stream, unique in its session
     * @param entry  numbered 1, 2, 3 ...
     * @throws io.mcpsession.session.StoreUnavailableException when the store gave no answer
     */
    void append(SessionId session, String stream, Entry entry);

    /**
     * What followed.
     *
     * @param after number of the last event seen, 0 for none
     * @return empty when the stream is not remembered at all
     * @throws io.mcpsession.session.StoreUnavailableException when the store gave no answer
     */
    Optional<Replay> after(SessionId session, String stream, long after);

    /**
     * What followed a place in a stream.
     *
     * @param entries in order; as many as are read at once, so there may be more; may be empty
     * @param over    whether nothing will ever follow these
     */
    record Replay(List<Entry> entries, boolean over) {

        public Replay {
            entries = List.copyOf(entries);
        }
    }

    /**
     * One event.
     *
     * @param data the message; empty for the end of a stream that ends without one
     * @param last whether the stream ends with it
     */
    record Entry(long number, String data, boolean last) {
    }
}
