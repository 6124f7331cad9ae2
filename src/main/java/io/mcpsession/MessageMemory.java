package io.mcpsession;

import io.mcpsession.limit.ByteBudget;
import io.mcpsession.settings.HeapBudget;
import java.time.Duration;

/**
 * How much of the heap messages may take while they are read: their bytes beyond the first few kilobytes, and what their
 * JSON becomes.
 */
final class MessageMemory {

    /** Reading a message takes tens of milliseconds, so whoever waits has his turn long before. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private MessageMemory() {
    }

    /** Of requests, until they are answered. One user gets two thirds, enough for the largest body. */
    static ByteBudget ofRequests(HeapBudget heap) {
        return new ByteBudget(heap.bodies().count(), heap.bodies().count() / 3 * 2, PATIENCE);
    }

    /** Of gRPC calls, until they are over. One connection gets half; nobody waits for more. */
    static ByteBudget ofCalls(HeapBudget heap) {
        return new ByteBudget(heap.messages().count(), heap.messages().count() / 2, Duration.ZERO);
    }

    /** Of what servers behind this one say, while it is read. One of them gets three quarters. */
    static ByteBudget ofUpstreams(HeapBudget heap) {
        return new ByteBudget(heap.upstreams().count(), heap.upstreams().count() / 4 * 3, PATIENCE);
    }
}
