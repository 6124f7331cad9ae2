package io.mcpsession.relay;

import java.util.List;

/**
 * How far somebody has read the feed: a place in each of its logs. There the first number of a {@link Position} is when
 * the log began, and the second counts its entries, so that a gap can be told.
 */
public record FeedPosition(List<Position> places) {

    public FeedPosition {
        places = List.copyOf(places);
    }
}
