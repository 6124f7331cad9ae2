package io.mcpsession.connection;

import io.helidon.webserver.CloseConnectionException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether the client of a request is still there: one for each stream of HTTP/2, and one for each connection of HTTP/1.1,
 * which has one request at a time. The connection tells it, and whoever works for the client listens. Thread-safe.
 */
public final class ClientPresence {

    private static final ScopedValue<ClientPresence> CURRENT = ScopedValue.newInstance();

    /** Hears of one client. Called by the thread that reads from it, so it must neither block nor throw. */
    public interface Listener {

        /** The client is gone: it has reset its stream, or its connection broke. Nothing reaches it any more. */
        void left();

        /**
         * The client of a connection of HTTP/1.1 has closed its side. It is gone, or it only has no more to say and reads
         * on: which of the two shows when something is written to it.
         */
        default void saysNoMore() {
        }
    }

    /** Goes on until it is closed; what is told at that moment may still be heard. */
    @FunctionalInterface
    public interface Watch extends AutoCloseable {

        @Override
        void close();
    }

    /** What is served on one thread. */
    @FunctionalInterface
    public interface Serving {

        void run() throws InterruptedException;
    }

    private final Runnable whenWatched;
    private final Runnable whenKnown;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private boolean silent;
    private volatile boolean gone;

    /** Of a client that is heard all the time. */
    public ClientPresence() {
        this(() -> { }, () -> { });
    }

    /**
     * @param whenWatched run when somebody begins to listen, by whose thread; must not block
     * @param whenKnown   run when the client has shown who it is, by whichever thread; must not block
     */
    public ClientPresence(Runnable whenWatched, Runnable whenKnown) {
        this.whenWatched = whenWatched;
        this.whenKnown = whenKnown;
    }

    /** That of the client this thread serves; where it serves none, one that never leaves. */
    public static ClientPresence current() {
        return CURRENT.isBound() ? CURRENT.get() : new ClientPresence();
    }

    /** Serves this client on the current thread. */
    public void serve(Serving serving) throws InterruptedException {
        ScopedValue.where(CURRENT, this).call(() -> {
            serving.run();
            return null;
        });
    }

    /** Listens. What was there to be told before is told at once, by this thread. */
    public Watch watch(Listener listener) {
        boolean wasSilent;
        boolean wasGone;
        synchronized (this) {
            listeners.add(listener);
            wasSilent = silent;
            wasGone = gone;
        }
        whenWatched.run();
        if (wasGone) {
            listener.left();
        } else if (wasSilent) {
            listener.saysNoMore();
        }
        return () -> forget(listener);
    }

    private synchronized void forget(Listener listener) {
        listeners.remove(listener);
    }

    /** To be called when the client is gone. */
    public void left() {
        List<Listener> told;
        synchronized (this) {
            told = gone ? List.of() : new ArrayList<>(listeners);
            gone = true;
        }
        told.forEach(Listener::left);
    }

    /** To be called when the client has closed its side. */
    public void saysNoMore() {
        List<Listener> told;
        synchronized (this) {
            told = silent || gone ? List.of() : new ArrayList<>(listeners);
            silent = true;
        }
        told.forEach(Listener::saysNoMore);
    }

    /** To be called when the client has shown who it is. */
    public void known() {
        whenKnown.run();
    }

    public boolean isGone() {
        return gone;
    }

    /**
     * Keeps an answer from a client that is gone (RFC 9113, section 5.1: nothing is sent on a stream that was reset).
     *
     * @throws CloseConnectionException when it is
     */
    public void require() {
        if (gone) {
            throw new CloseConnectionException("the client is gone");
        }
    }
}
