package io.mcpsession.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One bucket for each caller, shared by all replicas; each goes on alone while the others cannot be reached. */
public final class Buckets {

    /** Whoever was not seen for this long starts anew with this replica, on credit for a batch. */
    private static final Duration REMEMBERED = Duration.ofMinutes(2);
    private static final int MOST = 100_000;

    private final String kind;
    private final Rate rate;
    private final SharedPermits shared;
    private final InstantSource clock;
    private final Executor background;
    private final Cache<String, Bucket> buckets;

    /**
     * @param clock for durations alone; see {@link io.mcpsession.session.SteadyClock}
     */
    public Buckets(Rate rate, SharedPermits shared, InstantSource clock) {
        this("", rate, shared, clock);
    }

    /**
     * @param kind what the names of these callers begin with where all replicas share them
     */
    public Buckets(String kind, Rate rate, SharedPermits shared, InstantSource clock) {
        this(kind, rate, shared, clock, task -> Thread.ofVirtual().name("permits").start(task));
    }

    Buckets(String kind, Rate rate, SharedPermits shared, InstantSource clock, Executor background) {
        this.kind = kind;
        this.rate = rate;
        this.shared = shared;
        this.clock = clock;
        this.background = background;
        this.buckets = Caffeine.newBuilder().maximumSize(MOST).expireAfterAccess(REMEMBERED)
                .ticker(Ticker.systemTicker()).executor(Runnable::run).build();
    }

    /**
     * Takes one permit. Never waits.
     *
     * @return how long to wait before the next try; empty when the request may pass
     */
    public Optional<Duration> take(String caller) {
        if (!rate.limited()) {
            return Optional.empty();
        }
        long now = clock.millis();
        Bucket bucket = buckets.get(caller, _ -> new Bucket(rate, now));
        Bucket.Decision decision = bucket.take(now);
        if (decision.ask() > 0) {
            background.execute(() -> ask(caller, bucket, decision.ask()));
        }
        return decision.waitMillis() == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(decision.waitMillis()));
    }

    private void ask(String caller, Bucket bucket, int wanted) {
        try {
            bucket.answered(shared.take(kind + caller, rate, wanted), clock.millis());
        } catch (StoreUnavailableException e) {
            bucket.alone(wanted, clock.millis());
        }
    }
}
