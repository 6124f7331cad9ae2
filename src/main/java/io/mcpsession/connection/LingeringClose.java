package io.mcpsession.connection;

import io.helidon.common.socket.HelidonSocket;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The end of a connection whose client may still be sending. To close it at once would make the client's system throw
 * away the answer, which it may not have read yet (RFC 9112, section 9.6).
 */
public final class LingeringClose {

    /** Long enough for a client to read an answer and to close, and no reason to keep a connection for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What is thrown away meanwhile, in bytes: a client that sends more does not listen. */
    private static final long MOST = 1 << 20;
    /** After each read: who sends on and on takes no processor from others. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private LingeringClose() {
    }

    /**
     * Throws away what comes until the client closes, but not for long; afterwards the connection can be closed.
     *
     * @param source waits for bytes; null at the end
     */
    public static void await(Supplier<byte[]> source, HelidonSocket socket) {
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
            long left = MOST;
            for (byte[] next = source.get(); next != null && left > 0; next = source.get()) {
                left -= next.length;
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Its end too.
        } finally {
            timer.interrupt();
        }
    }
}
