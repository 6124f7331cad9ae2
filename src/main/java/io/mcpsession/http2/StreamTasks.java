package io.mcpsession.http2;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Has threads serve the streams of one connection. Thread-safe. */
final class StreamTasks extends AbstractExecutorService {

    /** The stream of the request that a connection was upgraded with, which has no headers. */
    static final int UPGRADED = 1;

    private final ExecutorService executor;
    private final StreamWatch watch;
    private final StreamLedger ledger;
    private final Runnable known;
    private final ConcurrentMap<Integer, StreamTask> running = new ConcurrentHashMap<>();
    /** Of the newest headers. Used by the thread of the connection. */
    private int opening = UPGRADED;
    private volatile boolean ended;

    /**
     * @param known run when a client of a stream has shown who it is; must not block
     */
    StreamTasks(ExecutorService executor, StreamWatch watch, StreamLedger ledger, Runnable known) {
        this.known = known;
        this.executor = executor;
        this.watch = watch;
        this.ledger = ledger;
    }

    @Override
    public void execute(Runnable stream) {
        StreamTask task = new StreamTask(stream, opening, this);
        running.put(opening, task);
        executor.execute(task);
    }

    /** Headers of this stream come next: if they are those of a request, its thread is asked for before other frames. */
    void opening(int stream) {
        opening = stream;
    }

    /** The client has reset a stream. */
    void reset(int stream) {
        StreamTask task = running.get(stream);
        if (task != null) {
            task.client().left();
        }
    }

    /** A client has shown who it is. */
    void known() {
        known.run();
    }

    void over(int stream) {
        running.remove(stream);
    }

    StreamWatch watch() {
        return watch;
    }

    /** The connection is gone, and with it all its clients. Who begins to wait for one only now is woken by the watch. */
    void connectionEnded() {
        ended = true;
        running.values().forEach(StreamTask::connectionEnded);
    }

    boolean ended() {
        return ended;
    }

    /** Whether the client of a stream is done. */
    boolean saidAll(int stream) {
        return ledger.isEnded(stream);
    }

    /** Whether a stream is answered, so that nobody needs what else its client says. */
    boolean answered(int stream) {
        return ledger.isAnswered(stream);
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
