package io.mcpsession.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

class StoreAllowanceTest {

    private static final Duration MOST = Duration.ofSeconds(1);

    private static long left() {
        return StoreAllowance.current().nanos();
    }

    @Test
    void itIsUsedUpByAllTheWaitsOfARequest() {
        StoreAllowance.grant(MOST, () -> {
            StoreAllowance.current().spend(TimeUnit.MILLISECONDS.toNanos(300));
            StoreAllowance.current().spend(TimeUnit.MILLISECONDS.toNanos(500));

            assertThat(left(), is(TimeUnit.MILLISECONDS.toNanos(200)));
        });
    }

    @Test
    void eachRequestHasItsOwn() {
        StoreAllowance.grant(MOST, () -> StoreAllowance.current().spend(MOST.toNanos()));

        StoreAllowance.grant(MOST, () -> assertThat(left(), is(MOST.toNanos())));
    }

    @Test
    void outsideOfARequestThereIsNoEndToIt() {
        StoreAllowance.current().spend(MOST.toNanos());

        assertThat(left(), is(Long.MAX_VALUE));
    }

    @Test
    void whatRunsApartNeitherHasItNorUsesIt() {
        StoreAllowance.grant(MOST, () -> {
            long apart = StoreAllowance.apart(() -> {
                StoreAllowance.current().spend(MOST.toNanos());
                return StoreAllowance.apart(StoreAllowanceTest::left);
            });

            assertThat(apart, is(Long.MAX_VALUE));
            assertThat(left(), is(MOST.toNanos()));
        });
    }

    @Test
    void threadsThatARequestStartsAreNotBoundByIt() {
        var seen = new CompletableFuture<Long>();

        StoreAllowance.grant(MOST, () -> Thread.startVirtualThread(() -> seen.complete(left())));

        assertThat(seen.join(), is(Long.MAX_VALUE));
    }

    @Test
    void waitingForWhatOthersAskedUsesItUp() {
        StoreAllowance.grant(Duration.ofMillis(50), () -> {
            assertThrows(StoreUnavailableException.class,
                    () -> StoreAllowance.current().await(new CompletableFuture<>()));

            assertThat(left(), is(lessThan(1L)));
        });
    }

    @Test
    void anInterruptedWaitIsNoAnswerAndStaysInterrupted() {
        Thread.currentThread().interrupt();

        assertThrows(StoreUnavailableException.class,
                () -> StoreAllowance.current().await(new CompletableFuture<>()));

        assertThat(Thread.interrupted(), is(true));
    }

    @Test
    void theWaitForAnAnswerThatIsThereCostsNextToNothing() {
        var left = new AtomicLong();

        StoreAllowance.grant(MOST, () -> {
            assertThat(StoreAllowance.current().await(CompletableFuture.completedFuture("seven")), is("seven"));
            left.set(left());
        });

        assertThat(left.get(), is(greaterThan(MOST.toNanos() / 2)));
    }
}
