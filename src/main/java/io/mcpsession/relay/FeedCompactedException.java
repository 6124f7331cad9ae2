package io.mcpsession.relay;

/** What followed a position is no longer all there. Whoever reads on from the oldest position has missed something. */
public final class FeedCompactedException extends RuntimeException {

    private final transient FeedPosition oldest;

    public FeedCompactedException(FeedPosition oldest) {
        super("the events asked for are gone", null, false, false);
        this.oldest = oldest;
    }

    public FeedPosition oldest() {
        return oldest;
    }
}
