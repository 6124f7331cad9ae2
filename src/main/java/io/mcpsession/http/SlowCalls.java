package io.mcpsession.http;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Turns the answer of a call that takes long into a stream. */
public final class SlowCalls implements AutoCloseable {

    private static final long SILENT_MILLIS = 3000;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("slow-calls").daemon().unstarted(task));

    /** Watches one call until the returned future is cancelled. */
    Future<?> watch(PostReply reply) {
        return timer.schedule(reply::openIfSilent, SILENT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
