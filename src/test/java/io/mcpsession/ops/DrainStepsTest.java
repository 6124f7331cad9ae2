package io.mcpsession.ops;

import io.mcpsession.testing.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Steps of a drain that do not come to an end, or fail. */
class DrainStepsTest {

    private final CountDownLatch never = new CountDownLatch(1);
    private final CountDownLatch others = new CountDownLatch(2);

    private void drain(Runnable bad) throws Exception {
        List<Runnable> steps = List.of(bad, others::countDown);
        try (var _ = new LogCapture(Drain.class)) {
            Drain drain = new Drain(new Drain.Limits(Duration.ZERO, Duration.ZERO), steps, steps, () -> 0);
            CompletableFuture.runAsync(drain::close).get(5, TimeUnit.SECONDS);
        }
        assertThat(others.getCount(), is(0L));
    }

    @Test
    void holdUpNeitherTheOthersNorTheEnd() throws Exception {
        drain(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void failAlone() throws Exception {
        drain(() -> {
            throw new IllegalStateException("a step that fails");
        });
    }
}
