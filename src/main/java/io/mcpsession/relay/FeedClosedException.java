package io.mcpsession.relay;

/** This replica stops; another one goes on from the same position. */
public final class FeedClosedException extends RuntimeException {

    public FeedClosedException() {
        super("this replica stops", null, false, false);
    }
}
