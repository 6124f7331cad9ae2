package io.mcpsession.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A clock that stands still until a test moves it. Thread-safe. */
public final class MutableClock implements InstantSource {

    private final AtomicReference<Instant> now;
    private final List<Consumer<Duration>> followers = new CopyOnWriteArrayList<>();

    private MutableClock(Instant start) {
        this.now = new AtomicReference<>(start);
    }

    /** Starts at the present, because whoever else looks at the same Redis goes by the present. */
    public static MutableClock atPresent() {
        return new MutableClock(Instant.ofEpochMilli(System.currentTimeMillis()));
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    public void advance(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
        followers.forEach(follower -> follower.accept(time));
    }

    /** Has somebody told how far the clock is moved, each time it is. */
    public void tell(Consumer<Duration> follower) {
        followers.add(follower);
    }
}
