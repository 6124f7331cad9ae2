package io.mcpsession.http2;

import io.mcpsession.connection.ClientPresence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What one thread does for one stream. It may be told to wait for its client no longer, but only while it does so: what
 * it does else, such as to ask a store or to answer, is never disturbed. Thread-safe.
 */
final class StreamTask implements Runnable {

    static final ScopedValue<StreamTask> CURRENT = ScopedValue.newInstance();

    private static final String STREAM = "io.helidon.webserver.http2.Http2ServerStream";
    /** Where Helidon waits for more of a body, be it that somebody reads it or that nobody does who has answered. */
    private static final String BODY = "readEntityFromPipeline";
    /** Where it waits for what a client of gRPC is going to say. */
    private static final String MESSAGES = "handle";

    private enum Body {
        /** May be being read. */
        READING,
        /** Takes too long, and who reads it is going to find out. */
        GIVEN_UP,
        /** Nobody reads it any more. Only Helidon does, to throw it away. */
        SETTLED,
        /** Nor is there a thread that could wait. */
        OVER
    }

    private final Runnable stream;
    private final int number;
    private final StreamTasks connection;
    private final ClientPresence client;
    private final long since = System.nanoTime();
    private final List<Runnable> actions = new ArrayList<>(1);
    /** Null until it runs. */
    private volatile Thread thread;
    private Body body = Body.READING;
    private boolean interrupted;
    /** Whether its client has said all, or may take as long as it likes. Used by the watch only. */
    private boolean lasting;

    /**
     * @param number of the stream
     */
    StreamTask(Runnable stream, int number, StreamTasks connection) {
        this.stream = stream;
        this.number = number;
        this.connection = connection;
        this.client = new ClientPresence(() -> { }, connection::known);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        connection.watch().add(this);
        try {
            ScopedValue.where(CURRENT, this).call(() -> {
                client.serve(stream::run);
                return null;
            });
        } catch (InterruptedException e) {
            throw new IllegalStateException("streams do not throw it", e);
        } finally {
            over();
            connection.watch().remove(this);
            connection.over(number);
            actions.forEach(Runnable::run);
        }
    }

    ClientPresence client() {
        return client;
    }

    void connectionEnded() {
        client.left();
        if (thread != null && thread.getState() == Thread.State.WAITING) {
            interruptIfItWaits(true);
        }
    }

    /** Does something at the end. Called by its own thread. */
    void then(Runnable action) {
        actions.add(action);
    }

    private synchronized void over() {
        body = Body.OVER;
        if (interrupted) {
            // Meant for Helidon, not for what is done at the end.
            Thread.interrupted();
            connection.unread(number);
        }
    }

    /** See {@link BodyWait#cutShort}. Called by its own thread. */
    synchronized boolean settle() {
        boolean cutShort = body == Body.GIVEN_UP;
        body = Body.SETTLED;
        if (cutShort) {
            Thread.interrupted();
        }
        return cutShort;
    }

    /**
     * Ends a wait that nobody is going to end, that takes longer than a body may take, or that is for the rest of a body
     * whose request is answered.
     */
    void look(long now, Duration patience) {
        boolean ended = connection.ended() || connection.answered(number);
        if (!ended && (lasting || now - since < patience.toNanos())) {
            return;
        }
        if (!ended && connection.saidAll(number)) {
            lasting = true;
        } else if (thread.getState() == Thread.State.WAITING) {
            interruptIfItWaits(ended);
        }
    }

    private synchronized void interruptIfItWaits(boolean ended) {
        if (body == Body.OVER || body == Body.GIVEN_UP && !ended) {
            return;
        }
        String waiting = helidonsMethod(thread);
        if (waiting.equals(BODY)) {
            body = body == Body.READING ? Body.GIVEN_UP : body;
            interrupt();
        } else if (waiting.equals(MESSAGES)) {
            if (ended) {
                interrupt();
            }
            // A gRPC call, in which the client may be silent for long.
            lasting = true;
        }
    }

    /** Helidon takes it for the end of what its client says. */
    private void interrupt() {
        interrupted = true;
        thread.interrupt();
    }

    /**
     * In which of its methods Helidon's stream waits, as which counts that somebody waits for its end
     * ({@link StreamEnd#await}); empty when it does not, but something else does.
     */
    private static String helidonsMethod(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (!frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk.")) {
                return frame.getClassName().equals(STREAM) ? frame.getMethodName()
                        : frame.getClassName().equals(StreamEnd.class.getName()) ? MESSAGES : "";
            }
        }
        return "";
    }
}
