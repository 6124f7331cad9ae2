package io.mcpsession.grpc;

import io.mcpsession.relay.FeedClosedException;
import io.mcpsession.relay.FeedPosition;
import io.mcpsession.relay.Position;
import io.mcpsession.relay.SessionEvent;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A feed in which something happens as fast as it can be told. */
final class EndlessFeed implements SessionFeed {

    private final SessionEvent event;
    private final AtomicInteger readers = new AtomicInteger();

    EndlessFeed(SessionId session) {
        event = new SessionEvent(SessionEvent.Kind.CREATED, session, Principal.ofSubject("x".repeat(200)),
                Instant.EPOCH, Optional.empty(), "");
    }

    /** How many read. */
    int readers() {
        return readers.get();
    }

    @Override
    public Reader read(Optional<FeedPosition> after) {
        readers.incrementAndGet();
        return new Reader() {

            private long read = after.map(position -> position.places().getFirst().sequence()).orElse(0L);
            private boolean closed;

            @Override
            public synchronized List<Heard> next(Duration patience) {
                if (closed) {
                    throw new FeedClosedException();
                }
                read++;
                return List.of(new Heard(event, position()));
            }

            @Override
            public synchronized FeedPosition position() {
                return new FeedPosition(List.of(new Position(1, read)));
            }

            @Override
            public synchronized void close() {
                if (!closed) {
                    closed = true;
                    readers.decrementAndGet();
                }
            }
        };
    }
}
