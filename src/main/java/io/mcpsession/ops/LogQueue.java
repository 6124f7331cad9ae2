package io.mcpsession.ops;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes the log to standard error on a thread of its own, so that a reader who does not read holds up no call. What
 * waits is bounded in bytes; what does not fit is dropped, counted, and told once lines flow again. Made by the
 * LogManager. Thread-safe.
 */
public final class LogQueue extends Handler {

    private static final int MOST_BYTES = 4 * 1024 * 1024;
    private static final Duration FLUSH = Duration.ofSeconds(1);

    static final Dropped NONE = new Dropped(0, 0);

    private final OutputStream out;
    private final int mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition written = lock.newCondition();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int bytes;
    private boolean closed;
    private Dropped dropped = NONE;
    private Dropped told = NONE;

    /**
     * Lines that were not written since the process began.
     *
     * @param audit of the audit trail
     * @param other of all else
     */
    public record Dropped(long audit, long other) {

        private Dropped plus(boolean ofAudit) {
            return ofAudit ? new Dropped(audit + 1, other) : new Dropped(audit, other + 1);
        }
    }

    public LogQueue() {
        this(new FileOutputStream(FileDescriptor.err), MOST_BYTES);
    }

    LogQueue(OutputStream out, int mostBytes) {
        this.out = out;
        this.mostBytes = mostBytes;
        Thread.ofPlatform().name("log").daemon().start(this::write);
    }

    @Override
    public void publish(LogRecord logged) {
        if (!isLoggable(logged)) {
            return;
        }
        byte[] line;
        try {
            // By the thread that logs: its name and trace belong to the line.
            line = getFormatter().format(logged).getBytes(UTF_8);
        } catch (RuntimeException e) {
            reportError(null, e, ErrorManager.FORMAT_FAILURE);
            return;
        }
        lock.lock();
        try {
            if (closed || bytes + line.length > mostBytes) {
                dropped = dropped.plus(AuditLog.NAME.equals(logged.getLoggerName()));
            } else {
                bytes += line.length;
                waiting.add(line);
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        try {
            while (true) {
                byte[] line = next();
                if (line == null) {
                    return;
                }
                try {
                    out.write(line);
                    out.flush();
                } catch (IOException e) {
                    // Nobody will read it any more; calls go on.
                }
                done(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The line stays counted until it is written. */
    private byte[] next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                if (closed) {
                    return null;
                }
                filled.await();
            }
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    private void done(byte[] line) {
        lock.lock();
        try {
            bytes -= line.length;
            if (!dropped.equals(told) && waiting.isEmpty()) {
                byte[] gap = gap();
                told = dropped;
                bytes += gap.length;
                waiting.add(gap);
            }
            if (waiting.isEmpty()) {
                written.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private byte[] gap() {
        LogRecord gap = new LogRecord(Level.WARNING, "log lines were dropped, because nobody read them: audit="
                + (dropped.audit() - told.audit()) + " other=" + (dropped.other() - told.other()));
        gap.setLoggerName(LogQueue.class.getName());
        return getFormatter().format(gap).getBytes(UTF_8);
    }

    /** What was dropped so far. */
    public Dropped dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all is written, for a second at most. */
    @Override
    public void flush() {
        long left = FLUSH.toNanos();
        lock.lock();
        try {
            while (bytes > 0 && left > 0) {
                left = written.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        flush();
        lock.lock();
        try {
            closed = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }
}
