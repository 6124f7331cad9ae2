package io.mcpsession.http;

import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams that would go on for ever; ended politely when the server stops. */
public final class OpenStreams implements AutoCloseable {

    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final Set<Ending> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** How one kind of stream says goodbye before it ends. */
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
        Ending ending = () -> {
            goodbye.sayGoodbye();
            stream.end();
        };
        streams.add(ending);
        try {
            stream.start();
            boolean fed = feeds(feed);
            if (closed || !fed) {
                ending.sayGoodbye();
            }
            stream.awaitEnd();
        } finally {
            streams.remove(ending);
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
        return () -> stream.retryAfter(COME_BACK);
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
