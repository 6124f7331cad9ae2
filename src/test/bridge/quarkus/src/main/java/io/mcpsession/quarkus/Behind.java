package io.mcpsession.quarkus;

import io.quarkiverse.mcp.server.Cancellation;
import io.quarkiverse.mcp.server.Elicitation;
import io.quarkiverse.mcp.server.ElicitationRequest.StringSchema;
import io.quarkiverse.mcp.server.ElicitationResponse;
import io.quarkiverse.mcp.server.Progress;
import io.quarkiverse.mcp.server.ProgressTracker;
import io.quarkiverse.mcp.server.Tool;
import io.quarkiverse.mcp.server.ToolCallException;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Singleton;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Does what stateless.mjs does, with Quarkus. Ends when standard input does. */
@QuarkusMain
public class Behind implements QuarkusApplication {

    @Override
    public int run(String... arguments) throws Exception {
        System.in.transferTo(OutputStream.nullOutputStream());
        return 0;
    }

    /** The tools. Their methods block, so each call has a thread of its own. */
    @Singleton
    public static class Tools {

        private final AtomicInteger cancelled = new AtomicInteger();

        @Tool(description = "Echoes.")
        String echo(String message) {
            return "Echo: " + message;
        }

        @Tool(description = "Reports progress.")
        String steps(int steps, Progress progress) {
            if (progress.token().isPresent()) {
                ProgressTracker tracker = progress.trackerBuilder().setTotal(steps).build();
                for (int step = 0; step < steps; step++) {
                    tracker.advance(tracker.step()).await().indefinitely();
                }
            }
            return "Took " + steps + " steps";
        }

        @Tool(description = "Asks for a name.")
        String ask(Elicitation elicitation) {
            if (!elicitation.isSupported()) {
                throw new ToolCallException("The client cannot be asked");
            }
            ElicitationResponse answer = elicitation.requestBuilder().setMessage("Who are you?")
                    .addSchemaProperty("name", new StringSchema(true)).build().sendAndAwait();
            return answer.actionAccepted() ? "Hello, " + answer.content().getString("name") + "!" : "Nobody said";
        }

        @Tool(description = "Runs until it is cancelled.")
        String hang(Progress progress, Cancellation cancellation) throws InterruptedException {
            if (progress.token().isPresent()) {
                progress.notificationBuilder().setProgress(1).build().send().await().indefinitely();
            }
            CountDownLatch end = new CountDownLatch(1);
            for (int tries = 0; tries < 600; tries++) {
                if (cancellation.check().isRequested()) {
                    cancelled.incrementAndGet();
                    break;
                }
                end.await(100, TimeUnit.MILLISECONDS);
            }
            return "never heard";
        }

        @Tool(description = "How many calls were cancelled.")
        String cancelled() {
            return cancelled.toString();
        }
    }
}
