package io.mcpsession.redis;

import io.mcpsession.redis.SessionLogs.Entry;
import io.mcpsession.relay.FeedClosedException;
import io.mcpsession.relay.FeedPosition;
import io.mcpsession.relay.Position;
import io.mcpsession.relay.SessionFeed.Heard;
import io.mcpsession.relay.SessionFeed.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** One reader of the feed: reads for itself until it has caught up, and is served from then on. */
final class LogReader implements Reader {

    /** What a slow reader may leave lying; then it reads for itself again, at its own pace. */
    private static final int MOST_WAITING = 1_000;
    /** The same in characters: names of users may be long. */
    private static final long MOST_CHARACTERS = 128 * 1024;

    /** What lies in the queue: an entry, or word that no more will come. */
    private sealed interface Served {

        record One(Entry entry) implements Served {
        }

        record NoMore() implements Served {
        }
    }

    private final RedisSessionFeed feed;
    private final List<Position> places;
    private final BlockingQueue<Served> waiting = new LinkedBlockingQueue<>();
    private final AtomicLong characters = new AtomicLong();
    private volatile boolean ended;
    private boolean served;

    LogReader(RedisSessionFeed feed, List<Position> places) {
        this.feed = feed;
        this.places = new ArrayList<>(places);
    }

    @Override
    public List<Heard> next(Duration patience) {
        while (!ended && !served) {
            List<Heard> heard = new ArrayList<>();
            List<Entry> entries = feed.after(places);
            entries.forEach(entry -> take(entry, heard));
            if (!heard.isEmpty()) {
                return heard;
            }
            // Whoever is behind by what was written since has it with the next look.
            served = entries.isEmpty() && feed.serve(this, places);
        }
        return ended ? over() : awaited(patience);
    }

    private List<Heard> awaited(Duration patience) {
        List<Heard> heard = new ArrayList<>();
        try {
            long end = System.nanoTime() + patience.toNanos();
            while (heard.isEmpty() && served && !ended) {
                Served next = waiting.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return heard;
                }
                do {
                    take(next, heard);
                    next = waiting.poll();
                } while (next != null);
            }
            return ended ? over() : heard;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FeedClosedException();
        }
    }

    private static List<Heard> over() {
        throw new FeedClosedException();
    }

    private void take(Served next, List<Heard> heard) {
        switch (next) {
            case Served.One(Entry entry) -> {
                characters.addAndGet(-entry.length());
                take(entry, heard);
            }
            case Served.NoMore _ -> served = false;
        }
    }

    private void take(Entry entry, List<Heard> heard) {
        if (entry.position().compareTo(places.get(entry.log())) <= 0) {
            // It was ahead of the follower when it was first served.
            return;
        }
        places.set(entry.log(), entry.position());
        entry.event().ifPresent(event -> heard.add(new Heard(event, position())));
    }

    @Override
    public FeedPosition position() {
        return new FeedPosition(places);
    }

    /** Whether there was room; if not, no more will be served. */
    boolean offer(Entry entry) {
        boolean room = waiting.size() < MOST_WAITING && characters.get() + entry.length() <= MOST_CHARACTERS;
        if (room) {
            characters.addAndGet(entry.length());
        }
        waiting.add(room ? new Served.One(entry) : new Served.NoMore());
        return room;
    }

    void letGo() {
        waiting.add(new Served.NoMore());
    }

    void end() {
        ended = true;
        letGo();
    }

    @Override
    public void close() {
        feed.leave(this);
        end();
    }
}
