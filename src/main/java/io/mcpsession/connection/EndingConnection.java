package io.mcpsession.connection;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * A connection of Helidon's whose end is told.
 *
 * @param client of what is served on the connection's own thread
 * @param end    run at the end
 */
public record EndingConnection(ServerConnection connection, ClientPresence client, Runnable end)
        implements ServerConnection, InterruptableTask<Void> {

    @Override
    public void handle(Limit limit) throws InterruptedException {
        try {
            client.serve(() -> connection.handle(limit));
        } catch (UncheckedIOException e) {
            // Helidon 4.5.0 logs a broken pipe as a warning with a stack trace, for each client that goes while it writes.
            throw new ServerConnectionException("the connection broke", e);
        } finally {
            end.run();
        }
    }

    @Override
    public Duration idleTime() {
        return connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
        connection.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
        return connection instanceof InterruptableTask<?> task && task.canInterrupt();
    }
}
