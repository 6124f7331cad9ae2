package io.mcpsession.upstream;

import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.McpPeer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The GET streams of users' sessions at one server, each open on this replica while calls run in the session or its
 * client listens, and a moment longer. Bounded; whoever is above the bound does without.
 */
final class SessionStreams implements AutoCloseable {

    private static final int MOST = 1_000;
    private static final int MOST_OF_USER = 16;
    /** How long a call waits for its stream, so that it misses nothing the server says on it. */
    private static final Duration HEAD = Duration.ofMillis(500);
    /** The next call of a client comes soon after the last, and some servers ask a moment after a session begins. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final String name;
    private final McpPeer peer;
    private final Incoming others;
    private final SessionOutbox clients;
    private final WarnOnce warnings;
    /** By the ids of the sessions there. Guarded by this object. */
    private final Map<String, SessionStream> open = new HashMap<>();
    /** Whether the server has no such streams; what is known of it may change when it comes back. */
    private volatile boolean none;
    /** Whether the server sends the head of a stream with its first message only. */
    private volatile boolean late;

    SessionStreams(String name, McpPeer peer, Incoming others, SessionOutbox clients, WarnOnce warnings) {
        this.name = name;
        this.peer = peer;
        this.others = others;
        this.clients = clients;
        this.warnings = warnings;
    }

    /** One reason for a stream to be open. */
    @FunctionalInterface
    interface Held extends AutoCloseable {

        @Override
        void close();
    }

    /** Keeps the stream open while a call runs, and waits a moment for it to open. */
    Held during(StreamTarget target, PassThrough call) {
        SessionStream stream = hold(target);
        if (stream == null) {
            return () -> { };
        }
        stream.enter(call);
        awaitHead(stream);
        return () -> {
            stream.leave(call);
            release(stream);
        };
    }

    private void awaitHead(SessionStream stream) {
        if (!late && !stream.awaitHead(HEAD)) {
            late = true;
        }
    }

    /** Keeps the stream open, and waits a moment for it to open. */
    Held opened(StreamTarget target) {
        SessionStream stream = hold(target);
        if (stream == null) {
            return () -> { };
        }
        awaitHead(stream);
        return () -> release(stream);
    }

    /** Keeps the stream open while the client listens. */
    Held listening(StreamTarget target) {
        SessionStream stream = hold(target);
        return stream == null ? () -> { } : () -> release(stream);
    }

    private synchronized SessionStream hold(StreamTarget target) {
        if (none || !target.session().exists()) {
            return null;
        }
        SessionStream stream = open.get(target.session().id());
        if (stream == null) {
            if (open.size() >= MOST
                    || open.values().stream().filter(it -> it.isOf(target.user())).count() >= MOST_OF_USER) {
                return null;
            }
            stream = new SessionStream(this, peer, target, others, clients, warnings);
            open.put(target.session().id(), stream);
            Thread.ofVirtual().name("upstream-stream-" + name).start(stream);
        }
        stream.holders++;
        return stream;
    }

    private synchronized void release(SessionStream stream) {
        if (--stream.holders > 0) {
            return;
        }
        if (!stream.lasts()) {
            forget(stream);
            return;
        }
        long idle = ++stream.idle;
        Thread.ofVirtual().name("upstream-stream-linger").start(() -> {
            try {
                Thread.sleep(LINGER);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            endIfIdle(stream, idle);
        });
    }

    private synchronized void endIfIdle(SessionStream stream, long idle) {
        if (stream.holders == 0 && stream.idle == idle) {
            forget(stream);
        }
    }

    private void forget(SessionStream stream) {
        open.remove(stream.id(), stream);
        stream.stop();
    }

    /** It has ended for good. */
    synchronized void ended(SessionStream stream) {
        open.remove(stream.id(), stream);
    }

    /** The server has no such streams. */
    void none() {
        none = true;
    }

    /** Another release may run there now. */
    void forget() {
        none = false;
        late = false;
    }

    @Override
    public synchronized void close() {
        none = true;
        open.values().forEach(SessionStream::stop);
        open.clear();
    }
}
