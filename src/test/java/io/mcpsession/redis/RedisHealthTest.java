package io.mcpsession.redis;

import io.mcpsession.testing.LogCapture;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

class RedisHealthTest {

    private final RedisCalls calls = TestRedis.calls(TestRedis.client());
    // Runs on, because Redis's clock does; only how wrong it is stands still.
    private final AtomicReference<Duration> error = new AtomicReference<>(Duration.ZERO);
    private final InstantSource clock = () -> Instant.now().plus(error.get());

    @Test
    void redisIsNotReachableUntilItHasAnswered() {
        try (var health = new RedisHealth(calls, InstantSource.system())) {
            assertThat(health.reachable(), is(false));

            health.check();

            assertThat(health.reachable(), is(true));
        }
    }

    @Test
    void anOutageShowsAndSoDoesItsEnd() {
        EmbeddedRedis server = EmbeddedRedis.start();
        RedissonClient client = RedisClient.open(TestRedis.config(server.address()));
        try (var health = new RedisHealth(TestRedis.calls(client), InstantSource.system())) {
            health.start();
            eventually(health::reachable, is(true));

            server.close();
            eventually(health::reachable, is(false));
            server = EmbeddedRedis.startAt(server.address());

            eventually(health::reachable, is(true));
        } finally {
            client.shutdown();
            server.close();
        }
    }

    @Test
    void nobodyWaitsForARedisThatHangs() {
        try (EmbeddedRedis server = EmbeddedRedis.start()) {
            RedissonClient client = RedisClient.open(TestRedis.config(server.address()));
            try (var health = new RedisHealth(TestRedis.calls(client), InstantSource.system());
                 var raw = new RawRedis(server.address())) {
                health.start();
                eventually(health::reachable, is(true));
                raw.call("CLIENT", "PAUSE", "5000");

                eventually(() -> {
                    long start = System.nanoTime();
                    boolean reachable = health.reachable();
                    assertThat(Duration.ofNanos(System.nanoTime() - start), is(lessThan(Duration.ofMillis(500))));
                    return reachable;
                }, is(false));
            } finally {
                client.shutdown();
            }
        }
    }

    @Test
    void theSkewIsHowFarTheReplicasClockIsAhead() {
        try (var _ = new LogCapture(RedisHealth.class); var health = new RedisHealth(calls, clock)) {
            error.set(Duration.ofMinutes(1));
            health.check();
            assertThat(health.skew(), is(allOf(greaterThan(Duration.ofSeconds(58)), lessThan(Duration.ofSeconds(62)))));

            error.set(Duration.ofMinutes(-1));
            health.check();

            assertThat(health.skew(),
                    is(allOf(greaterThan(Duration.ofSeconds(-62)), lessThan(Duration.ofSeconds(-58)))));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, -4})
    void aClockThatIsWrongIsToldOnceAndThatItIsRightAgainIsToldOnce(long seconds) {
        try (var log = new LogCapture(RedisHealth.class); var health = new RedisHealth(calls, clock)) {
            health.check();
            assertThat(log.at(Level.WARNING), is(empty()));

            error.set(Duration.ofSeconds(seconds));
            health.check();
            health.check();
            assertThat(log.at(Level.WARNING), contains(containsString("differs")));
            error.set(Duration.ZERO);
            health.check();
            health.check();

            assertThat(log.at(Level.WARNING), contains(containsString("differs"), containsString("agrees again")));
        }
    }
}
