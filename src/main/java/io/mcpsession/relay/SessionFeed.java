package io.mcpsession.relay;

import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What happens to sessions, on whichever replica, in the order in which it happened to each user's. Written in one step
 * with the change itself, so nothing is missing and nothing is told twice, and read from the store, so any replica goes
 * on where another stopped.
 */
public interface SessionFeed {

    /**
     * Starts to read.
     *
     * @param after where to go on; empty for from now on
     * @throws FeedCompactedException    when it names a place that was never there; one that is gone shows when reading
     * @throws StoreUnavailableException when the store gave no answer
     */
    Reader read(Optional<FeedPosition> after);

    /** One who reads, on one thread; only {@link #close} may come from another. */
    interface Reader extends AutoCloseable {

        /**
         * What follows, waiting for it if need be.
         *
         * @return in order; empty when there was nothing for that long
         * @throws FeedCompactedException    when not all of what follows is remembered any more
         * @throws FeedClosedException       when the reader or the feed was closed
         * @throws StoreUnavailableException when the store gave no answer; the reader is where it was
         */
        List<Heard> next(Duration patience);

        /** How far it has read. */
        FeedPosition position();

        @Override
        void close();
    }

    /** An event, and the position behind it. */
    record Heard(SessionEvent event, FeedPosition position) {
    }
}
