package io.mcpsession.http2;

import java.util.concurrent.CountDownLatch;

/** The end of what Helidon does for one stream of HTTP/2: of a request, or of a gRPC call. */
public final class StreamEnd {

    private StreamEnd() {
    }

    /**
     * Does something when the stream is over that this thread serves, however it ends, also with its connection. To be
     * called by that thread; does nothing when it serves none.
     */
    public static void then(Runnable action) {
        if (StreamTask.CURRENT.isBound()) {
            StreamTask.CURRENT.get().then(action);
        }
    }

    /**
     * Keeps the thread that serves a stream until {@code over}, or until its connection is gone. Does nothing when this
     * thread serves none.
     */
    public static void await(CountDownLatch over) {
        if (StreamTask.CURRENT.isBound()) {
            try {
                over.await();
            } catch (InterruptedException e) {
                // Helidon's own wait, which comes next, then ends at once.
                Thread.currentThread().interrupt();
            }
        }
    }
}
