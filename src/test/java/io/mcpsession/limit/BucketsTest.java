package io.mcpsession.limit;

import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.testing.MutableClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** How many requests pass, over how many replicas, and how often the shared bucket is asked. */
class BucketsTest {

    private static final Rate RATE = new Rate(10, 100);

    private final MutableClock clock = MutableClock.atPresent();
    private final Shared shared = new Shared();
    private final Queue<Runnable> background = new ArrayDeque<>();

    private Buckets replica() {
        return new Buckets("", RATE, shared, clock, background::add);
    }

    private int passed(Buckets replica, String caller, int requests) {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            passed += replica.take(caller).isEmpty() ? 1 : 0;
            runBackground();
        }
        return passed;
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void aCallerWithoutALimitIsNeverCounted() {
        Buckets unlimited = new Buckets("", Rate.UNLIMITED, shared, clock, background::add);

        assertThat(passed(unlimited, "alice", 10_000), is(10_000));
        assertThat(shared.asked, is(empty()));
    }

    @Test
    void aBurstPassesAndNotMuchMore() {
        assertThat(passed(replica(), "alice", 1000), is(allOf(greaterThanOrEqualTo(100), lessThanOrEqualTo(110))));
    }

    @Test
    void afterTheBurstTheRateHolds() {
        Buckets replica = replica();
        passed(replica, "alice", 1000);
        int passed = 0;
        for (int tenth = 0; tenth < 600; tenth++) {
            clock.advance(Duration.ofMillis(100));
            passed += passed(replica, "alice", 5);
        }

        assertThat(passed, is(allOf(greaterThan(580), lessThan(620))));
    }

    @Test
    void replicasShareOneBucket() {
        List<Buckets> replicas = List.of(replica(), replica(), replica());
        int passed = 0;
        for (int i = 0; i < 500; i++) {
            for (Buckets replica : replicas) {
                passed += passed(replica, "alice", 1);
            }
        }

        assertThat(passed, is(allOf(greaterThanOrEqualTo(100), lessThanOrEqualTo(130))));
    }

    @Test
    void oneCallerDoesNotUseUpAnothers() {
        Buckets replica = replica();
        passed(replica, "alice", 1000);

        assertThat(passed(replica, "bob", 50), is(50));
    }

    @Test
    void whoIsRefusedIsToldWhenToTryAgain() {
        Buckets replica = replica();
        passed(replica, "alice", 1000);

        Optional<Duration> wait = replica.take("alice");

        assertThat(wait.orElseThrow(), is(lessThanOrEqualTo(Duration.ofMillis(100))));
        clock.advance(wait.orElseThrow());
        assertThat(passed(replica, "alice", 1), is(1));
    }

    @Test
    void theSharedBucketIsAskedSeldomAndNeverByWhoComesSeldom() {
        passed(replica(), "alice", 100);
        assertThat(shared.asked.size(), is(lessThanOrEqualTo(12)));

        shared.asked.clear();
        passed(replica(), "bob", 4);

        assertThat(shared.asked, is(empty()));
    }

    @Test
    void noRequestWaitsForASharedBucketThatIsSlowAndOnlyABatchPasses() {
        Buckets replica = replica();
        int passed = 0;
        for (int i = 0; i < 1000; i++) {
            passed += replica.take("alice").isEmpty() ? 1 : 0;
        }

        assertThat(passed, is(RATE.batch()));
        assertThat(background.size(), is(1));
    }

    @Test
    void whoKeepsToTheRateIsServedWhileTheSharedBucketIsSlow() {
        Buckets replica = replica();
        for (int tenth = 0; tenth < 600; tenth++) {
            assertThat("after " + tenth + " tenths of a second", replica.take("alice"), is(Optional.empty()));
            clock.advance(Duration.ofMillis(100));
        }
    }

    @Test
    void whoDoesNotIsHeldToItWhileTheSharedBucketIsSlow() {
        Buckets replica = replica();
        int passed = 0;
        for (int tenth = 0; tenth < 600; tenth++) {
            for (int i = 0; i < 5; i++) {
                passed += replica.take("alice").isEmpty() ? 1 : 0;
            }
            clock.advance(Duration.ofMillis(100));
        }

        assertThat(passed, is(allOf(greaterThan(680), lessThan(720))));
    }

    @Test
    void aReplicaThatIsAloneGoesByTheSameRate() {
        shared.down = true;
        Buckets replica = replica();

        assertThat(passed(replica, "alice", 1000), is(allOf(greaterThanOrEqualTo(100), lessThanOrEqualTo(110))));
        int passed = 0;
        for (int tenth = 0; tenth < 600; tenth++) {
            clock.advance(Duration.ofMillis(100));
            passed += passed(replica, "alice", 5);
        }
        assertThat(passed, is(allOf(greaterThan(580), lessThan(620))));
    }

    /** A bucket as the store keeps it. */
    private final class Shared implements SharedPermits {

        private final Map<String, double[]> levels = new HashMap<>();
        private final List<String> asked = new ArrayList<>();
        private boolean down;

        @Override
        public long take(String bucket, Rate rate, int wanted) {
            asked.add(bucket);
            if (down) {
                throw new StoreUnavailableException("no answer", null);
            }
            double[] level = levels.computeIfAbsent(bucket, _ -> new double[] {rate.burst(), clock.millis()});
            level[0] = Math.min(rate.burst(), level[0] + (clock.millis() - level[1]) * rate.perSecond() / 1000);
            level[1] = clock.millis();
            int taken = (int) Math.min(wanted, level[0]);
            level[0] -= taken;
            return taken > 0 ? taken : -(long) Math.ceil((1 - level[0]) * 1000 / rate.perSecond());
        }
    }
}
