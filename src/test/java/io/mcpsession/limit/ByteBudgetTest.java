package io.mcpsession.limit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

@Timeout(20)
class ByteBudgetTest {

    private static final Duration NONE = Duration.ZERO;

    @Test
    void noMoreIsHeldThanThereIs() {
        ByteBudget budget = new ByteBudget(100, 100, NONE);
        budget.share("alice").take(60);
        ByteBudget.Share bob = budget.share("bob");

        assertThrows(BudgetExhaustedException.class, () -> bob.take(41));
        bob.take(40);

        assertThat(budget.taken(), is(100L));
    }

    @Test
    void oneHolderDoesNotTakeAllFromTheOthers() {
        ByteBudget budget = new ByteBudget(100, 60, NONE);
        budget.share("alice").take(40);

        assertThrows(BudgetExhaustedException.class, () -> budget.share("alice").take(21));

        budget.share("bob").take(60);
        assertThat(budget.taken(), is(100L));
    }

    @Test
    void whatIsGivenBackIsFreeAgainOnce() {
        ByteBudget budget = new ByteBudget(100, 100, NONE);
        ByteBudget.Share first = budget.share("alice");
        first.take(70);
        first.take(30);

        first.close();
        first.close();

        assertThat(budget.taken(), is(0L));
        ByteBudget.Share second = budget.share("alice");
        second.take(100);
        assertThat(second.tryTake(1), is(false));
        assertThat(budget.taken(), is(100L));
    }

    @Test
    void aRefusedShareKeepsWhatItHeld() {
        ByteBudget budget = new ByteBudget(100, 100, NONE);
        try (ByteBudget.Share share = budget.share("alice")) {
            share.take(60);
            assertThrows(BudgetExhaustedException.class, () -> share.take(41));
            assertThat(share.tryTake(41), is(false));
            assertThat(budget.taken(), is(60L));
        }
        assertThat(budget.taken(), is(0L));
    }

    @Test
    void isWaitedForWhatOthersHold() throws Exception {
        ByteBudget budget = new ByteBudget(100, 100, Duration.ofSeconds(15));
        ByteBudget.Share held = budget.share("alice");
        held.take(100);
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
            waiting.complete(Thread.currentThread());
            budget.share("bob").take(100);
        }, task -> Thread.ofPlatform().daemon().start(task));
        eventually(() -> waiting.join().getState(), is(Thread.State.TIMED_WAITING));
        assertThat(served.isDone(), is(false));

        held.close();

        served.get(5, TimeUnit.SECONDS);
    }

    /** Nobody can give back what it needs. */
    @Test
    void whatIsNeverFreeIsRefusedAtOnce() {
        ByteBudget budget = new ByteBudget(100, 60, Duration.ofDays(1));

        assertThrows(BudgetExhaustedException.class, () -> budget.share("alice").take(61));
    }

    @Test
    void aWaitEndsByAnInterruption() {
        ByteBudget budget = new ByteBudget(100, 100, Duration.ofDays(1));
        budget.share("alice").take(100);
        Thread.currentThread().interrupt();

        assertThrows(BudgetExhaustedException.class, () -> budget.share("bob").take(1));

        assertThat(Thread.interrupted(), is(true));
    }
}
