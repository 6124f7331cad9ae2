package io.mcpsession.http2;

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
}
