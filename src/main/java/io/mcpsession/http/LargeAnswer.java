package io.mcpsession.http;

import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A large JSON answer on its way. It counts among what waits for its caller to read, and a client that takes nothing of
 * it for too long loses its connection: else a client that reads no answers could have the server keep any number.
 */
final class LargeAnswer {

    /** Less than this lies in the buffers of the connection mostly. */
    static final int FROM = 64 * 1024;

    private static final int PIECE = 64 * 1024;
    /** Whoever reads other answers meanwhile makes room soon. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final byte[] body;
    private volatile long progressed = System.nanoTime();
    private volatile Exception failure;

    private LargeAnswer(byte[] body) {
        this.body = body;
    }

    /**
     * Sends it. The status and all other headers must be set.
     *
     * @throws TooManyOpenException     when the caller has not read so much already that this must not wait beside it
     * @throws CloseConnectionException when the client did not take it
     */
    static void send(byte[] body, Recipient recipient, StreamLimits limits) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!recipient.share().queue(body.length)) {
            if (System.nanoTime() - until > 0) {
                throw new TooManyOpenException("bytes that wait to be read");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        try {
            new LargeAnswer(body).write(recipient.response(), limits.patience());
        } finally {
            recipient.share().read(body.length);
        }
    }

    private void write(ServerResponse response, Duration patience) {
        Thread writer = Thread.ofVirtual().name("large-answer").start(() -> pump(response));
        try {
            while (!writer.join(patience)) {
                if (System.nanoTime() - progressed > patience.toNanos()) {
                    // A virtual thread that is interrupted in a write closes its socket.
                    writer.interrupt();
                    throw new CloseConnectionException("the client does not read its answer");
                }
            }
        } catch (InterruptedException e) {
            writer.interrupt();
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("the answer was broken off", e);
        }
        if (failure != null) {
            throw new CloseConnectionException("the client of an answer is gone", failure);
        }
    }

    private void pump(ServerResponse response) {
        response.header(HeaderValues.create("Content-Length", Integer.toString(body.length)));
        try (OutputStream out = response.outputStream()) {
            for (int at = 0; at < body.length; at += PIECE) {
                out.write(body, at, Math.min(PIECE, body.length - at));
                out.flush();
                progressed = System.nanoTime();
            }
        } catch (IOException | RuntimeException e) {
            // Helidon wraps what a socket says in exceptions of its own.
            failure = e;
        }
    }
}
