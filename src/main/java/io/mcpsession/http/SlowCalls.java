package io.mcpsession.http;

import io.mcpsession.mcp.Era;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Turns the answer of a call that takes long into a stream. */
public final class SlowCalls implements AutoCloseable {

    private static final long SILENT_MILLIS = 3000;

    private static final Watch NOTHING = () -> { };

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1,
            task -> Thread.ofPlatform().name("slow-calls").daemon().unstarted(task));

    public SlowCalls() {
        // Nearly every call is over long before; what is cancelled must not pile up.
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Watches one call until it is closed; only calls that run a handler can take long. */
    Watch watch(String method, PostReply reply) {
        if (!Era.NAMED_BY.containsKey(method)) {
            return NOTHING;
        }
        Future<?> future = timer.schedule(reply::openIfSilent, SILENT_MILLIS, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
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
