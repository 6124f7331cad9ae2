package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much DATA the client of one connection has room for (RFC 9113, sections 5.2 and 6.9): on the connection, which its
 * streams share in the order in which they ask, and on each stream. Thread-safe.
 *
 * <p>In place of Helidon's own reckoning. Helidon 4.5.0 looks at the window of the connection, writes, and subtracts what
 * it wrote only then, so several streams at once send what only one of them has room for; and its windows are integers
 * that overflow (no upstream issue known).
 */
final class SendWindows {

    /** What each window is until the client says something else, and the most it may become. */
    private static final int FIRST = 65_535;
    private static final long MOST = Integer.MAX_VALUE;
    /** Payload of one frame: no client may want smaller ones (section 6.5.2), and small ones let streams take turns. */
    private static final int LONGEST_FRAME = 16_384;

    private static final class Stream {

        private long window;

        Stream(long window) {
            this.window = window;
        }
    }

    private final class Waiting {

        private final Stream stream;
        private final int wanted;
        private final Condition changed = lock.newCondition();
        private int granted;

        Waiting(Stream stream, int wanted) {
            this.stream = stream;
            this.wanted = wanted;
        }
    }

    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Stream> streams = new HashMap<>();
    private final Queue<Waiting> queue = new ArrayDeque<>();
    private long connection = FIRST;
    private long initial = FIRST;
    private boolean ended;

    /**
     * @param patience how long a client may give no room to a thread that waits for it
     */
    SendWindows(Duration patience) {
        this.patience = patience;
    }

    void opened(int stream) {
        locked(() -> streams.putIfAbsent(stream, new Stream(initial)));
    }

    /** Whether something may still be sent on a stream. */
    boolean isOpen(int stream) {
        lock.lock();
        try {
            return streams.containsKey(stream);
        } finally {
            lock.unlock();
        }
    }

    /** A stream is over, and who waits to send on it goes on. */
    void closed(int stream) {
        locked(() -> {
            Stream known = streams.remove(stream);
            queue.forEach(waiting -> {
                if (waiting.stream == known) {
                    waiting.changed.signal();
                }
            });
        });
    }

    /** The connection is over, and whoever waits goes on: writing shows what became of it. */
    void connectionEnded() {
        locked(() -> {
            ended = true;
            queue.forEach(waiting -> waiting.changed.signal());
        });
    }

    /**
     * Takes room for DATA, and waits for some.
     *
     * @param wanted bytes, more than 0
     * @return for how much there is room, at least 1 and no more than a frame may have; 0 when the stream is over, so that
     *         nobody would read it
     * @throws Http2Exception when the client gave no room for too long, or this thread was interrupted
     */
    int take(int stream, int wanted) {
        lock.lock();
        try {
            Stream known = streams.get(stream);
            if (known == null) {
                return 0;
            }
            Waiting waiting = new Waiting(known, Math.min(wanted, LONGEST_FRAME));
            if (!grant(waiting)) {
                await(stream, waiting);
            }
            return ended ? waiting.wanted : waiting.granted;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes room for all of some short DATA, and waits for none: it may overtake those that wait.
     *
     * @return whether there was room; nothing is taken otherwise
     */
    boolean takeAll(int stream, int wanted) {
        lock.lock();
        try {
            Stream known = streams.get(stream);
            if (known == null || Math.min(connection, known.window) < wanted) {
                return false;
            }
            connection -= wanted;
            known.window -= wanted;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void await(int stream, Waiting waiting) {
        queue.add(waiting);
        try {
            long left = patience.toNanos();
            while (waiting.granted == 0 && streams.get(stream) == waiting.stream && !ended) {
                if (left <= 0) {
                    throw new Http2Exception(Http2ErrorCode.FLOW_CONTROL, "the client gave no room in time");
                }
                left = waiting.changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new Http2Exception(Http2ErrorCode.FLOW_CONTROL, "interrupted while waiting for room", e);
        } finally {
            if (waiting.granted == 0) {
                queue.remove(waiting);
            }
        }
    }

    private boolean grant(Waiting waiting) {
        waiting.granted = (int) Math.max(0, Math.min(waiting.wanted, Math.min(connection, waiting.stream.window)));
        connection -= waiting.granted;
        waiting.stream.window -= waiting.granted;
        return waiting.granted > 0;
    }

    private void grantAll() {
        for (Iterator<Waiting> each = queue.iterator(); connection > 0 && each.hasNext(); ) {
            Waiting waiting = each.next();
            if (grant(waiting)) {
                each.remove();
                waiting.changed.signal();
            }
        }
    }

    /**
     * The client gives room on the connection.
     *
     * @throws Http2Exception when that is more than a window may be
     */
    void addToConnection(int bytes) {
        locked(() -> {
            connection = checked(connection + bytes);
            grantAll();
        });
    }

    /**
     * The client gives room on a stream. Does nothing when that is over.
     *
     * @return false when that is more than a window may be, so that the stream has to be given up
     */
    boolean addToStream(int stream, int bytes) {
        lock.lock();
        try {
            Stream known = streams.get(stream);
            if (known == null) {
                return true;
            }
            if (known.window + bytes > MOST) {
                return false;
            }
            known.window += bytes;
            grantAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The client says how large the window of each stream is to begin with; those of open streams change by as much, and
     * may become negative (section 6.9.2).
     *
     * @throws Http2Exception when one becomes more than a window may be
     */
    void initialWindow(long bytes) {
        locked(() -> {
            checked(bytes);
            long change = bytes - initial;
            initial = bytes;
            streams.values().forEach(stream -> stream.window = checked(stream.window + change));
            grantAll();
        });
    }

    private static long checked(long window) {
        if (window > MOST) {
            throw new Http2Exception(Http2ErrorCode.FLOW_CONTROL, "a window is too large");
        }
        return window;
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
