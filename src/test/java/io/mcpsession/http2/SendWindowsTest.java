package io.mcpsession.http2;

import io.helidon.http.http2.Http2Exception;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

@Timeout(30)
class SendWindowsTest {

    private static final int FIRST = 65_535;
    private static final int FRAME = 16_384;

    private final SendWindows windows = new SendWindows(Duration.ofSeconds(20));

    @Test
    void aFrameIsNoLargerThanEachClientTakes() {
        windows.opened(1);
        assertThat(windows.take(1, 50_000), is(FRAME));
        assertThat(windows.take(1, 10), is(10));
    }

    @Test
    void streamsShareTheConnectionInTheOrderInWhichTheyAsk() throws Exception {
        List.of(1, 3, 5).forEach(windows::opened);
        useUp(1);
        CompletableFuture<Integer> first = taking(3, FRAME);
        CompletableFuture<Integer> second = taking(5, FRAME);

        windows.addToConnection(FRAME + 5);

        assertThat(first.get(), is(FRAME));
        assertThat("what is left", second.get(), is(5));
    }

    @Test
    void whoseClientDoesNotReadHoldsNobodyUp() throws Exception {
        List.of(1, 3).forEach(windows::opened);
        useUp(1);
        windows.addToConnection(FRAME);
        CompletableFuture<Integer> unread = taking(1, 10);

        assertThat(windows.take(3, FRAME), is(FRAME));
        assertThat(unread.isDone(), is(false));

        windows.addToConnection(10);
        windows.addToStream(1, 7);
        assertThat(unread.get(), is(7));
    }

    @Test
    void nothingIsSentTwiceByManyAtOnce() throws Exception {
        int streams = 50;
        int each = 20_000;
        AtomicInteger sent = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            int stream = 2 * i + 1;
            windows.opened(stream);
            all.add(CompletableFuture.runAsync(() -> {
                for (int left = each; left > 0; ) {
                    int taken = windows.take(stream, Math.min(left, 700));
                    left -= taken;
                    sent.addAndGet(taken);
                }
            }, Thread::startVirtualThread));
        }
        int given = FIRST;
        while (given < streams * each) {
            int room = given;
            eventually(sent::get, is(room));
            windows.addToConnection(9_999);
            given += 9_999;
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        assertThat(sent.get(), is(streams * each));
    }

    @Test
    void aSmallerFirstWindowMakesThoseOfOpenStreamsNegative() throws Exception {
        windows.opened(1);
        windows.addToConnection(FIRST);
        assertThat(windows.take(1, 1000), is(1000));

        windows.initialWindow(100);
        windows.opened(3);
        assertThat("a new one", windows.take(3, 200), is(100));

        CompletableFuture<Integer> waiting = taking(1, 10);
        windows.addToStream(1, 900);
        assertThat("is at nought", waiting.isDone(), is(false));
        windows.initialWindow(103);
        assertThat(waiting.get(), is(3));
    }

    @Test
    void moreThanAWindowMayBeIsRefused() {
        windows.opened(1);
        assertThrows(Http2Exception.class, () -> windows.addToConnection(Integer.MAX_VALUE - FIRST + 1));
        windows.addToConnection(Integer.MAX_VALUE - FIRST);
        assertThat(windows.addToStream(1, Integer.MAX_VALUE - FIRST + 1), is(false));
        assertThat(windows.addToStream(1, 1), is(true));
        assertThrows(Http2Exception.class, () -> windows.initialWindow(Integer.MAX_VALUE));
        assertThrows(Http2Exception.class, () -> windows.initialWindow(1L << 31));
    }

    @Test
    void whoWaitsGoesOnWhenItsStreamOrTheConnectionIsOver() throws Exception {
        List.of(1, 3, 5).forEach(windows::opened);
        useUp(1);
        CompletableFuture<Integer> reset = taking(3, 10);
        CompletableFuture<Integer> other = taking(5, 10);

        windows.closed(3);
        assertThat(reset.get(), is(0));
        assertThat(other.isDone(), is(false));

        windows.connectionEnded();
        assertThat("writing tells the rest", other.get(), is(10));
    }

    @Test
    void nobodyWaitsForLongerThanAllowed() {
        SendWindows hasty = new SendWindows(Duration.ofMillis(50));
        hasty.opened(1);
        hasty.initialWindow(0);
        assertThrows(Http2Exception.class, () -> hasty.take(1, 1));
        hasty.addToStream(1, 5);
        assertThat("nothing is lost by it", hasty.take(1, 10), is(5));
    }

    @Test
    void anInterruptEndsAWait() throws Exception {
        windows.opened(1);
        windows.initialWindow(0);
        CompletableFuture<Integer> end = new CompletableFuture<>();
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                end.complete(windows.take(1, 1));
            } catch (RuntimeException e) {
                end.completeExceptionally(e);
            }
        });
        eventually(waiting::getState, is(Thread.State.TIMED_WAITING));
        waiting.interrupt();
        assertThat(assertThrows(ExecutionException.class, end::get).getCause(), instanceOf(Http2Exception.class));
    }

    private void useUp(int stream) {
        for (int left = FIRST; left > 0; ) {
            left -= windows.take(stream, left);
        }
    }

    /** Waits until it waits, so that others come after it. */
    private CompletableFuture<Integer> taking(int stream, int wanted) {
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        Thread thread = Thread.startVirtualThread(() -> taken.complete(windows.take(stream, wanted)));
        eventually(thread::getState, is(Thread.State.TIMED_WAITING));
        return taken;
    }
}
