package io.mcpsession;

import io.mcpsession.redis.AgreedSettings;
import io.mcpsession.redis.RedisHealth;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;

/** Lets a replica serve as long as Redis answers and those that run there agree with it. */
record Joining(RedisHealth health, AgreedSettings settings) {

    /** How long a start waits for Redis before it goes on without. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(3);

    boolean ready() {
        return health.reachable() && settings.agreed();
    }

    /**
     * Joins them. While Redis is away nobody can say; then the replica becomes ready when it turns out to agree.
     *
     * @throws StartException when a setting differs
     */
    void start() {
        health.awaitFirstAnswer(FIRST_ANSWER);
        if (health.reachable()) {
            mustAgree();
        }
        settings.start();
        health.start();
    }

    private void mustAgree() {
        try {
            settings.join().ifPresent(difference -> {
                throw new StartException(difference.message());
            });
        } catch (StoreUnavailableException e) {
            // It went away since.
        }
    }
}
