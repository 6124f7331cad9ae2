package io.mcpsession.connection;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * The end of a connection whose client may still be sending. To close it at once would make the client's system throw
 * away the answer, which it may not have read yet (RFC 9112, section 9.6).
 */
public final class LingeringClose {

    /** Long enough for a client to read an answer and to close, and no reason to keep a connection for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private LingeringClose() {
    }

    /** Throws away what comes until the client closes, but not for long; afterwards the connection can be closed. */
    public static void await(DataReader source, HelidonSocket socket) {
        Thread timer = Thread.ofVirtual().name("lingering-close").start(() -> {
            try {
                Thread.sleep(PATIENCE);
                socket.close();
            } catch (InterruptedException e) {
                // The client has closed.
            } catch (UncheckedIOException e) {
                // It has closed at this very moment.
            }
        });
        try {
            while (true) {
                source.ensureAvailable();
                source.skip(source.available());
            }
        } catch (RuntimeException e) {
            // Its end, whichever of the two made it.
        } finally {
            timer.interrupt();
        }
    }
}
