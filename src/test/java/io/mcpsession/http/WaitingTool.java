package io.mcpsession.http;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.handler.ToolResult;
import jakarta.json.JsonValue;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A tool that waits until the test lets it go on, and knows how many wait and how many were given up. */
public final class WaitingTool implements Tool {

    public static final String NAME = "wait";

    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();
    final AtomicInteger finished = new AtomicInteger();
    final Semaphore permits = new Semaphore(0);

    public int waiting() {
        return waiting.get();
    }

    public int cancelled() {
        return cancelled.get();
    }

    @Override
    public ToolDescription description() {
        return new ToolDescription(NAME, NAME, NAME, JsonValue.EMPTY_JSON_OBJECT, Optional.empty(),
                new Hints(true, false, true, false));
    }

    /** Tells progress first, which opens a stream, when the caller wants to hear of it. */
    @Override
    public ToolResult call(Call call, Arguments arguments) {
        call.progress(1, 2, "waiting");
        waiting.incrementAndGet();
        try {
            permits.acquire();
            finished.incrementAndGet();
            return ToolResult.text("waited");
        } catch (InterruptedException e) {
            cancelled.incrementAndGet();
            throw new CallCancelledException();
        } finally {
            waiting.decrementAndGet();
        }
    }
}
