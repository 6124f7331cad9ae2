package io.mcpsession.mcp;

import io.mcpsession.handler.CallCancelledException;

/** Whether one call is still wanted. Cancelling interrupts the thread it runs on, so that a waiting handler wakes. */
public final class Cancellation {

    private final Thread runner;
    private volatile boolean cancelled;
    private boolean finished;

    /** For a call that runs on the current thread. */
    public Cancellation() {
        this.runner = Thread.currentThread();
    }

    public synchronized void cancel() {
        if (!finished && !cancelled) {
            cancelled = true;
            runner.interrupt();
        }
    }

    /**
     * The call is over: a cancellation that comes later must not hit what the thread does next. Nor must an interruption
     * that a handler left behind, which would close the connection its answer is written to.
     */
    public synchronized void finish() {
        finished = true;
        Thread.interrupted();
    }

    public boolean cancelled() {
        return cancelled;
    }

    void check() {
        if (cancelled) {
            throw new CallCancelledException();
        }
    }
}
