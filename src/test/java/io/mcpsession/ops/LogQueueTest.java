package io.mcpsession.ops;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/** A log whose reader does not read: nobody who logs waits, and what is lost is counted and told. */
class LogQueueTest {

    private static final int LARGE = 1000;

    private final Pipe pipe = new Pipe();
    private final LogQueue queue = new LogQueue(pipe, 10 * LARGE);

    LogQueueTest() {
        queue.setFormatter(new TextLogFormatter());
    }

    @AfterEach
    void stop() {
        pipe.read(1_000_000);
        queue.close();
    }

    /** Takes as many writes as somebody reads. */
    private static final class Pipe extends OutputStream {

        private final Semaphore reads = new Semaphore(0);
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private volatile boolean broken;

        private void read(int lines) {
            reads.release(lines);
        }

        private synchronized String text() {
            return taken.toString(UTF_8);
        }

        @Override
        public void write(int b) {
            throw new AssertionError("lines are written whole");
        }

        @Override
        public void write(byte[] line) throws IOException {
            reads.acquireUninterruptibly();
            if (broken) {
                throw new IOException("Broken pipe");
            }
            synchronized (this) {
                taken.write(line);
            }
        }
    }

    private void log(String logger, String message) {
        LogRecord logged = new LogRecord(Level.INFO, message);
        logged.setLoggerName(logger);
        queue.publish(logged);
    }

    @Test
    void whoLogsNeverWaitsAndWhatDoesNotFitIsCountedByKind() {
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < 100; i++) {
                log("io.mcpsession.other", "o".repeat(LARGE));
                log(AuditLog.NAME, "a".repeat(LARGE));
            }
        });

        LogQueue.Dropped dropped = queue.dropped();
        // Nine lines of a little more than 1,000 bytes fit into 10,000.
        assertThat(dropped.audit() + dropped.other(), is(191L));
        assertThat(dropped.audit(), is(96L));
    }

    @Test
    void onceItIsReadAgainALineTellsHowManyAreMissing() {
        for (int i = 0; i < 12; i++) {
            log(AuditLog.NAME, "a".repeat(LARGE));
        }
        pipe.read(9);
        eventually(() -> pipe.text().lines().count(), is(9L));
        pipe.read(2);
        queue.flush();
        log("io.mcpsession.other", "again");
        queue.flush();

        assertThat(pipe.text().lines().toList().get(9), containsString("dropped"));
        assertThat(pipe.text().lines().toList().get(9), endsWith("audit=3 other=0"));
        assertThat(pipe.text().strip(), endsWith("again"));
    }

    @Test
    void aFlushEndsAfterASecondThoughNobodyReads() {
        log("io.mcpsession.other", "unread");
        long begin = System.nanoTime();

        queue.flush();

        assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(Duration.ofSeconds(8))));
    }

    @Test
    void aReaderThatIsGoneStopsNothing() {
        pipe.broken = true;
        pipe.read(3);
        log("io.mcpsession.other", "to nobody");
        queue.flush();
        pipe.broken = false;
        log("io.mcpsession.other", "to somebody");
        queue.flush();

        assertThat(pipe.text(), startsWith("20"));
        assertThat(pipe.text().strip(), endsWith("to somebody"));
    }
}
