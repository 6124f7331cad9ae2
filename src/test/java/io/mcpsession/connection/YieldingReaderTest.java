package io.mcpsession.connection;

import io.helidon.common.buffers.DataReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

@Timeout(60)
class YieldingReaderTest {

    private static final byte[] INPUT = new byte[8192];
    private static final int NEWCOMERS = 10;

    /** As many as keep all processors busy, and each of them with another in its queue. */
    private static List<Thread> busy(AtomicBoolean goesOn, Consumer<YieldingReader> turn) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
            threads.add(Thread.startVirtualThread(() -> {
                YieldingReader reader = new YieldingReader(DataReader.create(() -> INPUT));
                while (goesOn.get()) {
                    turn.accept(reader);
                }
            }));
        }
        return threads;
    }

    /** How long threads wait for their first turn that others start, as whoever accepts a connection does. */
    private static List<Duration> waits() throws InterruptedException {
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < NEWCOMERS; i++) {
            CountDownLatch ran = new CountDownLatch(1);
            long begin = System.nanoTime();
            Thread.startVirtualThread(ran::countDown);
            ran.await(5, TimeUnit.SECONDS);
            waits.add(Duration.ofNanos(System.nanoTime() - begin));
        }
        return waits;
    }

    private static void assertThatNobodyWaitsLong(Consumer<YieldingReader> turn) throws InterruptedException {
        AtomicBoolean goesOn = new AtomicBoolean(true);
        List<Thread> threads = busy(goesOn, turn);
        try {
            // Without turns it is for good, which is five seconds here; the machine may be busy with other tests.
            assertThat(waits(), everyItem(is(lessThan(Duration.ofSeconds(4)))));
        } finally {
            goesOn.set(false);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Test
    void othersHaveTheirTurnBesideConnectionsThatAlwaysHaveMore() throws InterruptedException {
        assertThatNobodyWaitsLong(YieldingReader::get);
    }

    @Test
    void othersHaveTheirTurnBesideConnectionsThatDoMuchWithWhatTheyHave() throws InterruptedException {
        assertThatNobodyWaitsLong(YieldingReader::yieldIfDue);
    }

    @Test
    void whatComesIsGivenAndSoIsItsEnd() {
        byte[][] input = {{1, 2}, {3}, null};
        int[] at = {0};
        YieldingReader reader = new YieldingReader(DataReader.create(() -> input[at[0]++]));
        assertThat(reader.get(), is(new byte[] {1, 2}));
        assertThat(reader.get(), is(new byte[] {3}));
        assertThrows(DataReader.InsufficientDataAvailableException.class, reader::get);
    }
}
