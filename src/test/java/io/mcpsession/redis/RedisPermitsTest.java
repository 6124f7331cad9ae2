package io.mcpsession.redis;

import io.mcpsession.limit.Rate;
import io.mcpsession.testing.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

class RedisPermitsTest {

    private static final Rate RATE = new Rate(4, 10);

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisConfig config = TestRedis.config();
    private final RedisPermits permits = new RedisPermits(TestRedis.calls(TestRedis.client()), config,
            RedisTime.of(clock));

    @Test
    void aNewBucketIsFull() {
        assertThat(permits.take("alice", RATE, 4), is(4L));
        assertThat(permits.take("alice", RATE, 100), is(6L));
        assertThat(permits.take("bob", RATE, 100), is(10L));
    }

    @Test
    void anEmptyBucketTellsWhenThereIsAPermit() {
        permits.take("alice", RATE, 10);

        assertThat(permits.take("alice", RATE, 1), is(-250L));
        clock.advance(Duration.ofMillis(200));
        assertThat(permits.take("alice", RATE, 1), is(-50L));
        clock.advance(Duration.ofMillis(50));
        assertThat(permits.take("alice", RATE, 1), is(1L));
    }

    @Test
    void aBucketFillsAtItsRateAndNoFurtherThanItsBurst() {
        permits.take("alice", RATE, 10);

        clock.advance(Duration.ofSeconds(1));
        assertThat(permits.take("alice", RATE, 100), is(4L));
        clock.advance(Duration.ofHours(1));
        assertThat(permits.take("alice", RATE, 100), is(10L));
    }

    @Test
    void replicasTakeFromTheSameBucket() {
        RedisPermits other = new RedisPermits(TestRedis.calls(TestRedis.otherClient()), config, RedisTime.of(clock));

        permits.take("alice", RATE, 7);

        assertThat(other.take("alice", RATE, 100), is(3L));
    }

    @Test
    void aBucketGoesWhenItWouldBeFullAgain() {
        permits.take("alice", RATE, 10);

        long ttl = (Long) TestRedis.raw().call("PTTL", config.keyPrefix() + ":permits:alice");

        assertThat(ttl, is(allOf(greaterThan(2000L), lessThanOrEqualTo(3500L))));
    }
}
