package io.mcpsession.http;

import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams that would go on for ever; ended politely when the server stops. */
public final class OpenStreams implements AutoCloseable {

    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final StreamLimits limits;
    private final Set<Ending> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public OpenStreams(StreamLimits limits) {
        this.limits = limits;
    }

    StreamLimits limits() {
        return limits;
    }

    /** How one stream is ended, with whatever its kind says in the end. */
    @FunctionalInterface
    interface Ending {

        void sayGoodbye();
    }

    /**
     * Runs a stream to its end.
     *
     * @param feed what the current thread sends meanwhile; may be nothing
     */
    void run(EventStream stream, Ending goodbye, Runnable feed) {
        streams.add(goodbye);
        try {
            stream.start();
            stream.releaseRequest();
            boolean fed = feeds(feed);
            if (closed || !fed) {
                goodbye.sayGoodbye();
            }
            stream.await();
        } finally {
            streams.remove(goodbye);
        }
    }

    /** False when the store went away meanwhile: the stream has begun and has no status left to say it with. */
    private static boolean feeds(Runnable feed) {
        try {
            return StoreAllowance.apart(() -> {
                feed.run();
                return true;
            });
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    /** The goodbye of a stream whose client should come back, to another replica. */
    static Ending comeBack(EventStream stream) {
        return () -> stream.endUntil(COME_BACK);
    }

    /** How many are open. */
    public int count() {
        return streams.size();
    }

    @Override
    public void close() {
        closed = true;
        streams.forEach(Ending::sayGoodbye);
    }
}
