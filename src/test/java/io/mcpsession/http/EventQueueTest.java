package io.mcpsession.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

@Timeout(30)
class EventQueueTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final byte[] IDLE = {};
    private static final CallerShares.Share SHARE =
            new CallerShares(new CallerShares.Limits(1, 1, 1, Integer.MAX_VALUE)).of("somebody");

    private static CompletableFuture<Boolean> put(EventQueue queue, int length) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return queue.put(new byte[length]);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }, task -> Thread.ofVirtual().name("putting").start(task));
    }

    private static int taken(EventQueue queue) throws InterruptedException {
        byte[] event = queue.take(LONG, IDLE).orElseThrow();
        queue.written(event.length);
        return event.length;
    }

    @Test
    void aSenderWaitsForRoomInBytes() throws Exception {
        EventQueue queue = new EventQueue(10, LONG, SHARE);
        queue.put(new byte[6]);

        CompletableFuture<Boolean> second = put(queue, 5);

        assertThrows(TimeoutException.class, () -> second.get(100, TimeUnit.MILLISECONDS));
        assertThat(taken(queue), is(6));
        assertThat(taken(queue), is(5));
    }

    @Test
    void whatIsInTheWritersHandsCountsUntilItIsWritten() throws Exception {
        EventQueue queue = new EventQueue(10, SHORT, SHARE);
        queue.put(new byte[10]);
        queue.take(LONG, IDLE);

        assertThat("the client takes nothing of it", queue.put(new byte[1]), is(false));
    }

    @Test
    void anEventAboveTheBoundWaitsAlone() throws Exception {
        EventQueue queue = new EventQueue(10, LONG, SHARE);

        assertThat(queue.put(new byte[100]), is(true));
        CompletableFuture<Boolean> next = put(queue, 1);
        assertThrows(TimeoutException.class, () -> next.get(100, TimeUnit.MILLISECONDS));
        assertThat(taken(queue), is(100));
        assertThat(next.get(), is(true));
    }

    @Test
    void aSenderWaitsAsLongAsTheClientTakesAnythingAndNoLonger() throws Exception {
        Duration patience = Duration.ofSeconds(1);
        AtomicLong now = new AtomicLong();
        EventQueue queue = new EventQueue(10, patience, SHARE, now::get);
        queue.put(new byte[10]);
        queue.take(LONG, IDLE);
        CompletableFuture<Boolean> next = put(queue, 10);

        for (int i = 0; i < 9; i++) {
            now.addAndGet(patience.toNanos() - 1);
            queue.written(1);
        }
        assertThat(next.isDone(), is(false));
        now.addAndGet(patience.toNanos());

        assertThat("nothing was taken for so long", next.get(), is(false));
    }

    @Test
    void newsNeverWaitAndTheSameNewsAreQueuedOnce() throws Exception {
        EventQueue queue = new EventQueue(10, LONG, SHARE);

        for (int i = 0; i < 1000; i++) {
            assertThat(queue.offer("tools", new byte[6]), is(true));
        }
        assertThat(queue.offer("prompts", new byte[6]), is(false));
        assertThat(taken(queue), is(6));
        assertThat("they were taken, so these are new", queue.offer("tools", new byte[6]), is(true));
        queue.end(IDLE);
        assertThat(taken(queue), is(6));
        assertThat(queue.take(LONG, IDLE), is(Optional.empty()));
    }

    @Test
    void theEndComesAfterAllThatWaitsHoweverFullTheQueue() throws Exception {
        EventQueue queue = new EventQueue(10, LONG, SHARE);
        queue.put(new byte[10]);

        queue.end(new byte[3]);

        assertThat(queue.put(new byte[1]), is(true));
        assertThat(taken(queue), is(10));
        assertThat(taken(queue), is(3));
        assertThat(queue.take(LONG, IDLE), is(Optional.empty()));
    }

    @Test
    void whoWaitsForRoomIsReleasedWhenTheQueueCloses() throws Exception {
        EventQueue queue = new EventQueue(10, LONG, SHARE);
        queue.put(new byte[10]);
        CompletableFuture<Boolean> waiting = put(queue, 1);
        assertThrows(TimeoutException.class, () -> waiting.get(100, TimeUnit.MILLISECONDS));

        queue.close();

        assertThat(waiting.get(), is(true));
        assertThat(queue.take(LONG, IDLE), is(Optional.empty()));
    }

    @Test
    void somethingIsSentWhenNothingComes() throws Exception {
        EventQueue queue = new EventQueue(10, LONG, SHARE);

        assertThat(queue.take(Duration.ofMillis(1), new byte[4]).orElseThrow().length, is(4));
    }

    @Test
    void whatWaitsOnAllQueuesOfACallerIsBoundedToo() throws Exception {
        CallerShares shares = new CallerShares(new CallerShares.Limits(1, 1, 1, 400));
        EventQueue first = new EventQueue(100, LONG, shares.of("alice"));
        EventQueue second = new EventQueue(100, LONG, shares.of("alice"));
        first.put(new byte[70]);
        assertThat(second.offer("news", new byte[40]), is(false));
        assertThat(new EventQueue(100, LONG, shares.of("bob")).offer("news", new byte[90]), is(true));

        CompletableFuture<Boolean> waiting = put(second, 40);

        assertThrows(TimeoutException.class, () -> waiting.get(100, TimeUnit.MILLISECONDS));
        assertThat(taken(first), is(70));
        assertThat(waiting.get(), is(true));
        assertThat(taken(second), is(40));
        assertThat(shares.queued(), is(90L));
    }

    @Test
    void whoGetsNoShareIsGivenUpAfterHisPatience() throws Exception {
        CallerShares shares = new CallerShares(new CallerShares.Limits(1, 1, 1, 400));
        new EventQueue(100, LONG, shares.of("alice")).put(new byte[100]);

        assertThat(new EventQueue(100, SHORT, shares.of("alice")).put(new byte[10]), is(false));
    }

    @Test
    void whatALostQueueHeldIsFreeAgain() throws Exception {
        CallerShares shares = new CallerShares(new CallerShares.Limits(1, 1, 1, 400));
        EventQueue queue = new EventQueue(100, LONG, shares.of("alice"));
        queue.put(new byte[60]);
        queue.put(new byte[30]);
        byte[] begun = queue.take(LONG, IDLE).orElseThrow();
        queue.written(10);

        queue.close();
        queue.written(begun.length - 10);
        queue.end(new byte[5]);

        assertThat(shares.queued(), is(0L));
    }
}
