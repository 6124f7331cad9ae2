package io.mcpsession.http2;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Has threads serve the streams of one connection. Thread-safe. */
final class StreamTasks extends AbstractExecutorService {

    private final ExecutorService executor;
    private final StreamWatch watch;
    private final StreamLedger ledger;
    private volatile boolean ended;

    StreamTasks(ExecutorService executor, StreamWatch watch, StreamLedger ledger) {
        this.executor = executor;
        this.watch = watch;
        this.ledger = ledger;
    }

    @Override
    public void execute(Runnable stream) {
        executor.execute(new StreamTask(stream, this));
    }

    StreamWatch watch() {
        return watch;
    }

    /** The connection is gone. Who is busy goes on, and is told when it would begin to wait. */
    void connectionEnded() {
        ended = true;
    }

    boolean ended() {
        return ended;
    }

    /** Whether the client of a stream is done. */
    boolean saidAll(int stream) {
        return ledger.isEnded(stream);
    }

    /** Nobody is going to read what else comes on a stream. */
    void unread(int stream) {
        ledger.left(stream);
    }

    @Override
    public void shutdown() {
        executor.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return executor.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor.awaitTermination(timeout, unit);
    }
}
