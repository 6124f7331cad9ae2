package io.mcpsession.relay;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One ordered log that all replicas write and follow: cancellations, answers of clients, changes. Bounded, and so is
 * each event; an event stays readable for a while, so that a stream can be taken up where it broke.
 */
public interface Bus {

    /**
     * Tells every replica, this one included. Does not wait for the store; what it loses is logged.
     *
     * @return done once the store has the event or has lost it: whatever is published then comes after it
     */
    CompletionStage<?> publish(BusEvent event);

    /** Hears every event from now on, in order, on one thread: the listener must not block. */
    Following follow(Consumer<Heard> listener);

    /**
     * Goes through the events after a position, in order, on the current thread, and holds few of them at a time.
     *
     * @param listener false when it wants no more
     * @return false when not all of them are remembered any more; then the listener hears none
     * @throws io.mcpsession.session.StoreUnavailableException when the store gave no answer
     */
    boolean after(Position position, Predicate<Heard> listener);

    /** The position of the newest event this replica has heard. */
    Position position();

    /** An event with its place in the log. */
    record Heard(Position position, BusEvent event) {
    }

    /** Ends the listening. */
    @FunctionalInterface
    interface Following extends AutoCloseable {

        @Override
        void close();
    }
}
