package io.mcpsession.grpc;

import io.mcpsession.relay.FeedPosition;
import io.mcpsession.relay.Position;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** A position in the feed as text: a version, and for each log when it began and how many entries were read. */
final class WatchToken {

    private static final byte VERSION = 1;
    private static final int BYTES_OF_A_PLACE = 2 * Long.BYTES;

    private WatchToken() {
    }

    static String of(FeedPosition position) {
        ByteBuffer bytes = ByteBuffer.allocate(1 + position.places().size() * BYTES_OF_A_PLACE).put(VERSION);
        position.places().forEach(place -> bytes.putLong(place.millis()).putLong(place.sequence()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** Empty when this is no token, or one of a version that this one does not know. */
    static Optional<FeedPosition> parse(String token) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            if (bytes.get() != VERSION) {
                return Optional.empty();
            }
            List<Position> places = new ArrayList<>();
            while (bytes.hasRemaining()) {
                Position place = new Position(bytes.getLong(), bytes.getLong());
                if (place.millis() < 0 || place.sequence() < 0) {
                    return Optional.empty();
                }
                places.add(place);
            }
            return Optional.of(new FeedPosition(places));
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            return Optional.empty();
        }
    }
}
