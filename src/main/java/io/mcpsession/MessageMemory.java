package io.mcpsession;

import io.mcpsession.limit.ByteBudget;
import java.time.Duration;

/**
 * How much of the heap messages may take while they are read: their bytes beyond the first few kilobytes, and what their
 * JSON becomes. Together less than half of it.
 */
final class MessageMemory {

    /** Reading a message takes tens of milliseconds, so whoever waits has his turn long before. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private MessageMemory() {
    }

    /** Of requests, until they are answered. One user gets half. */
    static ByteBudget ofRequests() {
        long heap = Runtime.getRuntime().maxMemory();
        return new ByteBudget(heap / 4, heap / 8, PATIENCE);
    }

    /** Of what servers behind this one say, while it is read. One of them gets three quarters. */
    static ByteBudget ofUpstreams() {
        long heap = Runtime.getRuntime().maxMemory();
        return new ByteBudget(heap / 5, heap * 3 / 20, PATIENCE);
    }
}
