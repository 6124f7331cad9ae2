package io.mcpsession.upstream;

import io.mcpsession.relay.FeedClosedException;
import io.mcpsession.relay.FeedCompactedException;
import io.mcpsession.relay.SessionEvent;
import io.mcpsession.relay.SessionFeed;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.StoreUnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/**
 * Ends the sessions of other servers when those of ours that they belong to have ended. Every replica hears of an end
 * and one of them finds it in the ledger. What ends while no replica runs is left to the other servers.
 */
public final class SessionEnds implements AutoCloseable {

    private static final Logger LOG = System.getLogger(SessionEnds.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final SessionFeed feed;
    private final SessionLedger ledger;
    private final Upstreams upstreams;
    private final Thread thread;
    private volatile boolean closed;

    public SessionEnds(SessionFeed feed, SessionLedger ledger, Upstreams upstreams) {
        this.feed = feed;
        this.ledger = ledger;
        this.upstreams = upstreams;
        this.thread = Thread.ofVirtual().name("session-ends").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try (SessionFeed.Reader reader = feed.read(Optional.empty())) {
                read(reader);
            } catch (FeedClosedException e) {
                return;
            } catch (FeedCompactedException e) {
                LOG.log(Level.WARNING, "sessions ended faster than their upstream sessions could be ended; some are left"
                        + " to their servers");
            } catch (StoreUnavailableException e) {
                pause();
            }
        }
    }

    private void read(SessionFeed.Reader reader) {
        while (!closed) {
            try {
                reader.next(PATIENCE).forEach(heard -> end(heard.event()));
            } catch (StoreUnavailableException e) {
                // The reader is where it was.
                pause();
            }
        }
    }

    private void end(SessionEvent event) {
        switch (event.kind()) {
            case ENDED, REVOKED, EXPIRED, EVICTED -> {
                upstreams.ended(event);
                try {
                    ledger.take(event.session()).forEach((upstream, there) -> end(event.session(), upstream, there));
                } catch (StoreUnavailableException e) {
                    LOG.log(Level.DEBUG, "the upstream sessions of a session are left to their servers", e);
                }
            }
            // In its new life it has none.
            case CREATED, RENEWED -> { }
        }
    }

    /** An id whose time had run out may live again by now, and what it has there belongs to its new life. */
    private void end(SessionId own, String upstream, String there) {
        if (upstreams.belongs(own, upstream, there)) {
            ledger.note(own, upstream, there);
        } else {
            upstreams.end(upstream, there);
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
