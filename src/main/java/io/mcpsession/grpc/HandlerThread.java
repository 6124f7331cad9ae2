package io.mcpsession.grpc;

/**
 * The thread that answers one call, which is interrupted when nobody waits for the answer any more. Never while it writes:
 * a virtual thread that is interrupted in a write closes its socket, under all other calls of the connection.
 * Thread-safe.
 */
final class HandlerThread {

    /** Null while there is no handler to interrupt. */
    private Thread thread;
    private boolean cancelled;
    private boolean interrupted;

    /** Runs a handler on the current thread. */
    void handle(Runnable handler) {
        resume();
        try {
            handler.run();
        } finally {
            pause();
        }
    }

    /** Writes on whatever thread this is, which is not interrupted meanwhile. */
    void write(Runnable write) {
        if (!isCurrent()) {
            write.run();
            return;
        }
        pause();
        try {
            write.run();
        } finally {
            resume();
        }
    }

    /** Nobody waits for the answer any more. */
    synchronized void cancel() {
        cancelled = true;
        interrupt();
    }

    private synchronized boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    private synchronized void resume() {
        thread = Thread.currentThread();
        if (cancelled) {
            interrupt();
        }
    }

    private synchronized void pause() {
        thread = null;
        if (interrupted) {
            // It must not hit what the thread does next.
            interrupted = false;
            Thread.interrupted();
        }
    }

    private void interrupt() {
        if (thread != null) {
            interrupted = true;
            thread.interrupt();
        }
    }
}
