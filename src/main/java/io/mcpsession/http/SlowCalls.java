package io.mcpsession.http;

import io.mcpsession.connection.ClientPresence;
import io.mcpsession.mcp.Era;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Listens for the clients of calls that take long, and turns the answers of those that take very long into streams. */
public final class SlowCalls implements AutoCloseable {

    /** For less nobody starts a thread that reads on while a call runs. */
    private static final long QUICK_MILLIS = 50;
    private static final long SILENT_MILLIS = 3000;

    private static final Watch NOTHING = () -> { };

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
            task -> Thread.ofPlatform().name("slow-calls").daemon().unstarted(task));

    public SlowCalls() {
        // Nearly every call is over long before; what is cancelled must not pile up.
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Watches one call until it is closed: listens for its client when it takes long. */
    Watch watch(String method, PostReply reply) {
        return watch(method, reply::watch, reply::openIfSilent);
    }

    /**
     * Watches one call until it is closed.
     *
     * @param slow   run once it takes long
     * @param silent run once it takes very long
     */
    Watch watch(String method, Runnable slow, Runnable silent) {
        return watch(method, () -> {
            slow.run();
            return () -> { };
        }, silent);
    }

    /** Only calls that run a handler can take long. */
    private Watch watch(String method, Supplier<ClientPresence.Watch> listen, Runnable silent) {
        if (!Era.NAMED_BY.containsKey(method) && !method.equals("completion/complete")) {
            return NOTHING;
        }
        return new SlowCall(listen, silent);
    }

    private final class SlowCall implements Watch {

        private final Supplier<ClientPresence.Watch> listen;
        private final Runnable silent;
        private Future<?> next;
        private ClientPresence.Watch client = () -> { };
        private boolean over;

        SlowCall(Supplier<ClientPresence.Watch> listen, Runnable silent) {
            this.listen = listen;
            this.silent = silent;
            this.next = timer.schedule(this::listen, QUICK_MILLIS, TimeUnit.MILLISECONDS);
        }

        private synchronized void listen() {
            if (!over) {
                client = listen.get();
                next = timer.schedule(silent, SILENT_MILLIS - QUICK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        @Override
        public synchronized void close() {
            over = true;
            next.cancel(false);
            client.close();
        }
    }

    /** Ends with the call. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {

        @Override
        void close();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
