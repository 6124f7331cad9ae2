package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * One open event stream (HTML Living Standard, server-sent events). Whoever has something to send puts it in a short
 * queue and goes on; one thread writes. A client that stops reading loses its connection, not the server a thread.
 */
final class EventStream {

    private static final int QUEUED = 256;
    /** How long a sender waits for room before the client counts as gone. */
    private static final Duration STALLED = Duration.ofSeconds(10);
    private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(UTF_8);
    private static final byte[] END = new byte[0];

    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(QUEUED);
    private final ServerResponse response;
    private final Duration keepAlive;
    private final Runnable whenBroken;
    private Thread writer;
    private volatile boolean over;
    private volatile boolean broken;

    /**
     * @param keepAlive  a comment is sent after this much silence
     * @param whenBroken told once, when the client is gone before the end
     */
    EventStream(ServerResponse response, Duration keepAlive, Runnable whenBroken) {
        this.response = response;
        this.keepAlive = keepAlive;
        this.whenBroken = whenBroken;
    }

    /** Starts writing, on a thread of its own. The thread of the request must stay until the stream is over. */
    void start() {
        writer = Thread.ofVirtual().name("event-stream").start(this::pump);
    }

    private void pump() {
        response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, Accepts.EVENT_STREAM));
        response.header(McpHeaders.NOT_BUFFERED);
        response.header(McpHeaders.STREAM_CACHING);
        try (OutputStream out = response.outputStream()) {
            out.flush();
            write(out);
        } catch (IOException | RuntimeException e) {
            // Helidon wraps what a socket says in exceptions of its own; whatever it is, nobody reads any more.
            breakOff();
        } finally {
            over = true;
        }
    }

    private void write(OutputStream out) throws IOException {
        while (true) {
            byte[] event = next();
            if (event == END) {
                return;
            }
            out.write(event);
            if (queue.isEmpty()) {
                out.flush();
            }
        }
    }

    private byte[] next() throws IOException {
        try {
            byte[] event = queue.poll(keepAlive.toMillis(), TimeUnit.MILLISECONDS);
            return event == null ? KEEP_ALIVE : event;
        } catch (InterruptedException e) {
            throw new IOException("the stream was broken off", e);
        }
    }

    private void breakOff() {
        if (!broken) {
            broken = true;
            queue.clear();
            whenBroken.run();
        }
    }

    /** Sends a message, and waits while the client is slow; {@code id} may be empty. */
    void message(String id, JsonObject message) {
        data(id, Json.text(message));
    }

    /** Sends the text of a message, and waits while the client is slow. */
    void data(String id, String data) {
        put(event(id, data));
    }

    /** Sends a message without ever waiting: a client that is too slow for it loses its stream. */
    void offerMessage(String id, JsonObject message) {
        offer(event(id, Json.text(message)));
    }

    /** Sends an id alone, so that the client can resume before anything was said (2025-11-25, Transports). */
    void mark(String id) {
        put(("id: " + id + "\ndata:\n\n").getBytes(UTF_8));
    }

    /** Tells the client when to come back. */
    void retryAfter(Duration delay) {
        offer(("retry: " + delay.toMillis() + "\n\n").getBytes(UTF_8));
    }

    private static byte[] event(String id, String data) {
        return ((id.isEmpty() ? "" : "id: " + id + "\n") + "event: message\ndata: " + data + "\n\n").getBytes(UTF_8);
    }

    private void put(byte[] event) {
        try {
            if (open() && !queue.offer(event, STALLED.toMillis(), TimeUnit.MILLISECONDS)) {
                abort();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void offer(byte[] event) {
        if (open() && !queue.offer(event)) {
            abort();
        }
    }

    /** Ends the stream after what is queued. Does not wait. */
    void end() {
        if (!queue.offer(END)) {
            // Full: its client does not read, and the end would not reach it either.
            abort();
        }
    }

    /** Waits until the writer is done, for as long as a client may stall. */
    void await() {
        try {
            if (!writer.join(STALLED)) {
                abort();
            }
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
        }
    }

    private void abort() {
        breakOff();
        // A virtual thread that is interrupted in a write closes its socket.
        writer.interrupt();
    }

    /** Waits until the stream is over, however long that takes. */
    void awaitEnd() {
        try {
            writer.join();
        } catch (InterruptedException e) {
            abort();
            Thread.currentThread().interrupt();
        }
    }

    /** Whether what is sent can still reach the client. */
    boolean open() {
        return !broken && !over;
    }

    boolean broken() {
        return broken;
    }
}
