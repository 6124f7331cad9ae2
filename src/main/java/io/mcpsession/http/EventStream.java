package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * One open event stream (HTML Living Standard, server-sent events). Senders put their messages in a queue and one thread
 * writes them. A client that reads slowly gets everything, because senders wait for it; one that does not read at all
 * loses its connection, not the server a thread.
 */
final class EventStream {

    /** Sends the head of the answer at once, which Helidon holds back until there is a first byte of the body. */
    private static final byte[] OPENING = ": open\n\n".getBytes(UTF_8);
    private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(UTF_8);
    private static final byte[] NOTHING = new byte[0];
    /** How much is written at a time, so that a client is seen to read within a large event too. */
    private static final int PIECE = 8192;
    /** A connection that is gone refuses the second of two comments, as soon as the first one has come to its end. */
    private static final Duration DOUBT = Duration.ofMillis(20);

    private final EventQueue queue;
    private final Recipient recipient;
    private final Duration keepAlive;
    private final Runnable whenBroken;
    /** Of silence, after which a comment is sent. Short, and growing, while it is not known whether anybody reads. */
    private volatile Duration pause;
    private CallerShares.Place place;
    private ClientPresence.Watch watch;
    private TokenWatch.Watch token;
    private volatile Thread writer;
    private volatile boolean over;
    private boolean broken;

    /**
     * @param keepAlive  a comment is sent after this much silence
     * @param whenBroken told when the client is gone before the end, or may no longer read
     */
    EventStream(Recipient recipient, StreamLimits limits, Duration keepAlive, Runnable whenBroken) {
        this.queue = new EventQueue(limits.queuedBytes(), limits.patience(), recipient.share());
        this.recipient = recipient;
        this.keepAlive = keepAlive;
        this.pause = keepAlive;
        this.whenBroken = whenBroken;
    }

    /**
     * Starts writing, on a thread of its own. The thread of the request must stay until the stream is over.
     *
     * @throws TooManyOpenException when the caller may have no more streams; nothing was sent
     */
    void start() {
        try {
            place = recipient.share().stream();
        } catch (TooManyOpenException e) {
            queue.close();
            throw e;
        }
        queue.offer("", OPENING);
        watch = recipient.client().watch(new ClientPresence.Listener() {

            @Override
            public void left() {
                breakOff();
            }

            @Override
            public void saysNoMore() {
                pause = DOUBT;
                queue.offer("", KEEP_ALIVE);
            }
        });
        token = recipient.token().watch(this::refuse);
        writer = Thread.ofVirtual().name("event-stream").start(this::pump);
    }

    /** From now on this counts as a stream alone, and its request as served. */
    void releaseRequest() {
        recipient.request().close();
    }

    /** The client may not read on, so it is as good as gone; it comes back, is refused, and gets itself a token. */
    private void refuse() {
        end();
        whenBroken.run();
    }

    private void pump() {
        ServerResponse response = recipient.response();
        response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, Accepts.EVENT_STREAM));
        response.header(McpHeaders.NOT_BUFFERED);
        response.header(McpHeaders.STREAM_CACHING);
        try (OutputStream out = response.outputStream()) {
            write(out);
        } catch (IOException | RuntimeException e) {
            // Helidon wraps what a socket says in exceptions of its own; whatever it is, nobody reads any more.
            breakOff();
        } finally {
            over = true;
            place.close();
            watch.close();
            token.close();
            queue.close();
        }
    }

    private void write(OutputStream out) throws IOException {
        for (Optional<byte[]> next = next(); next.isPresent(); next = next()) {
            byte[] event = next.get();
            for (int at = 0; at < event.length; at += PIECE) {
                int length = Math.min(PIECE, event.length - at);
                out.write(event, at, length);
                out.flush();
                queue.written(length);
            }
        }
    }

    private Optional<byte[]> next() throws IOException {
        try {
            Optional<byte[]> next = queue.take(pause, KEEP_ALIVE);
            if (next.filter(it -> it == KEEP_ALIVE).isPresent() && pause.compareTo(keepAlive) < 0) {
                pause = Collections.min(List.of(pause.multipliedBy(2), keepAlive));
            }
            return next;
        } catch (InterruptedException e) {
            throw new IOException("the stream was broken off", e);
        }
    }

    private void breakOff() {
        synchronized (this) {
            if (broken) {
                return;
            }
            broken = true;
        }
        queue.close();
        whenBroken.run();
    }

    /** Sends a message, and waits while the client is slow; {@code id} may be empty. */
    void message(String id, JsonObject message) {
        data(id, Json.text(message));
    }

    /** Sends the text of a message, and waits while the client is slow. */
    void data(String id, String data) {
        put(event(id, data));
    }

    /**
     * Sends news, which say that something is not as it was, without ever waiting. The same news that still wait are not
     * sent twice. When there is no room the stream ends after what waits, so that the client comes back and looks.
     *
     * @return whether they will be read
     */
    boolean news(String id, JsonObject message) {
        String text = Json.text(message);
        boolean taken = open() && queue.offer(text, event(id, text));
        if (!taken) {
            end();
        }
        return taken;
    }

    /** Sends an id alone, so that the client can resume before anything was said (2025-11-25, Transports). */
    void mark(String id) {
        put(("id: " + id + "\ndata:\n\n").getBytes(UTF_8));
    }

    private static byte[] event(String id, String data) {
        return ((id.isEmpty() ? "" : "id: " + id + "\n") + "event: message\ndata: " + data + "\n\n").getBytes(UTF_8);
    }

    private void put(byte[] event) {
        try {
            if (!queue.put(event)) {
                abort();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the stream after what is queued. Does not wait. */
    void end() {
        queue.end(NOTHING);
    }

    /** The same with a last message, which is sent though the queue be full. */
    void endWith(JsonObject message) {
        queue.end(event("", Json.text(message)));
    }

    /** The same; the client is told to come back after so long. */
    void endUntil(Duration later) {
        queue.end(("retry: " + later.toMillis() + "\n\n").getBytes(UTF_8));
    }

    /** Waits until the stream is over, and breaks it off when its client takes nothing of what waits for too long. */
    void await() {
        try {
            while (!writer.join(Duration.ofNanos(queue.patienceLeft()))) {
                if (queue.patienceLeft() <= 0) {
                    abort();
                    return;
                }
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

    /** Whether what is sent can still reach the client. */
    boolean open() {
        return !over && !broken();
    }

    synchronized boolean broken() {
        return broken;
    }
}
