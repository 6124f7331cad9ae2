package io.mcpsession.http1;

import io.helidon.webserver.ServerConnectionException;
import io.mcpsession.connection.ClientPresence;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What comes from the client of one connection of HTTP/1.1. Helidon 4.5.0 reads nothing while it serves a request, so
 * that it does not see the client close its connection. When asked to, this reads on meanwhile, on a thread of its own:
 * the client is heard, and what it said is given to Helidon afterwards. Thread-safe, but only one thread takes bytes.
 */
final class ReadAhead implements Supplier<byte[]> {

    /** A client that sends more requests than this before it has its answer is heard no further, in bytes. */
    private static final int MOST = 64 * 1024;
    /** What each read counts at least, in bytes: single bytes take memory as well. */
    private static final int LEAST = 64;

    private final Supplier<byte[]> source;
    private final Duration patience;
    private final ClientPresence client;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<byte[]> held = new ArrayDeque<>();
    private int bytes;
    /** Whether Helidon waits for more, be it by reading itself. */
    private boolean taking;
    /** Whether a thread reads ahead. */
    private boolean ahead;
    /** Whether nothing comes any more; {@code failure} says why, when it was not the client who said so. */
    private boolean end;
    private RuntimeException failure;

    /**
     * @param source   waits for bytes; null at the end
     * @param patience longest silence of a client that is to say something; zero for any
     * @param known    run when the client has shown who it is
     */
    ReadAhead(Supplier<byte[]> source, Duration patience, Runnable known) {
        this.source = source;
        this.patience = patience;
        this.client = new ClientPresence(this::begin, known);
    }

    /** Whether the client is there; reads ahead as soon as somebody listens. */
    ClientPresence client() {
        return client;
    }

    @Override
    public byte[] get() {
        boolean ready;
        lock.lock();
        try {
            taking = true;
            awaitReader();
            ready = end || !held.isEmpty();
        } catch (ServerConnectionException e) {
            taking = false;
            throw e;
        } finally {
            lock.unlock();
        }
        try {
            return ready ? next() : source.get();
        } finally {
            taken();
        }
    }

    private byte[] next() {
        lock.lock();
        try {
            byte[] next = held.poll();
            if (next == null && failure != null) {
                throw failure;
            }
            bytes -= next == null ? 0 : Math.max(next.length, LEAST);
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void taken() {
        lock.lock();
        taking = false;
        lock.unlock();
    }

    /** Its read began earlier than this wait, so the patience of the socket is not that of this wait. */
    private void awaitReader() {
        long left = patience.isZero() ? Long.MAX_VALUE : patience.toNanos();
        try {
            while (ahead && held.isEmpty() && !end) {
                if (left <= 0) {
                    throw broken("nothing came in time", new SocketTimeoutException());
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw broken("interrupted", new InterruptedIOException());
        }
    }

    private static ServerConnectionException broken(String why, InterruptedIOException cause) {
        return new ServerConnectionException(why, new UncheckedIOException(cause));
    }

    private void begin() {
        lock.lock();
        try {
            if (ahead || taking || end || bytes >= MOST) {
                return;
            }
            ahead = true;
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("http1-read-ahead").start(() -> {
            while (readsOn()) {
                // Until somebody else reads.
            }
        });
    }

    private boolean readsOn() {
        byte[] next = null;
        RuntimeException why = null;
        try {
            next = source.get();
        } catch (RuntimeException e) {
            if (isTimeout(e)) {
                // A client that waits for its answer may be silent.
                return true;
            }
            why = e;
        }
        boolean on = note(next, why);
        if (why != null) {
            client.left();
        } else if (next == null) {
            client.saysNoMore();
        }
        return on;
    }

    private boolean note(byte[] next, RuntimeException why) {
        lock.lock();
        try {
            failure = why;
            end = next == null;
            if (next != null) {
                held.add(next);
                bytes += Math.max(next.length, LEAST);
            }
            ahead = !end && !taking && bytes < MOST;
            changed.signalAll();
            return ahead;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isTimeout(Throwable failure) {
        return failure instanceof SocketTimeoutException
                || failure.getCause() != null && isTimeout(failure.getCause());
    }
}
