package io.mcpsession.listener;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Whether one listener accepts connections. Thread-safe. */
final class Accepting {

    /** How long nobody may be accepted before that is bad health. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Whoever takes and gives files all the time does not fill the log. */
    static final Duration BETWEEN_LOGS = Duration.ofMinutes(1);

    private final String name;
    private final LongSupplier nanos;
    private final Runnable changed;
    /** Null until it accepts, and once it has ended in order. */
    private Thread thread;
    private boolean ended;
    private boolean failing;
    private long failingSince;
    private boolean logged;
    private boolean everLogged;
    private long loggedAt;
    private boolean told = true;

    /**
     * @param nanos   monotonic time
     * @param changed run when {@link #goesOn} has another answer; must not block
     */
    Accepting(String name, LongSupplier nanos, Runnable changed) {
        this.name = name;
        this.nanos = nanos;
        this.changed = changed;
    }

    String name() {
        return name;
    }

    /** False when its thread has ended by itself, or when all accepts have failed for a while. */
    synchronized boolean goesOn() {
        return !ended && !(failing && nanos.getAsLong() - failingSince >= PATIENCE.toNanos());
    }

    /** To be called by the thread that accepts, before it does. */
    synchronized void begins() {
        thread = Thread.currentThread();
    }

    /** To be called by the thread that accepts when it ends. */
    void over() {
        synchronized (this) {
            ended |= thread != null;
        }
        tell();
    }

    /** Returns whether that is to be logged. */
    boolean succeeded() {
        boolean log;
        synchronized (this) {
            log = failing && logged;
            failing = false;
            logged = false;
        }
        tell();
        return log;
    }

    /** Returns whether that is to be logged. */
    boolean failed() {
        boolean log;
        synchronized (this) {
            long now = nanos.getAsLong();
            log = !failing && (!everLogged || now - loggedAt >= BETWEEN_LOGS.toNanos());
            failingSince = failing ? failingSince : now;
            failing = true;
            if (log) {
                everLogged = true;
                logged = true;
                loggedAt = now;
            }
        }
        tell();
        return log;
    }

    /** The socket is closed: by whoever stops the server, or by the thread that accepts, which has given up. */
    void closed() {
        synchronized (this) {
            ended |= Thread.currentThread() == thread;
            thread = null;
        }
        tell();
    }

    private void tell() {
        boolean changes;
        synchronized (this) {
            changes = told != goesOn();
            told = goesOn();
        }
        if (changes) {
            changed.run();
        }
    }
}
