package io.mcpsession.connection;

import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

class BrokenConnectionsTest {

    /** Helidon logs any other exception than this as a warning, for each client that goes while it is written to. */
    @Test
    void aPipeThatBreaksIsTheEndOfAConnectionAndNoNews() {
        AtomicBoolean ended = new AtomicBoolean();

        assertThrows(ServerConnectionException.class, () -> new EndingConnection(new Broken(), new ClientPresence(),
                () -> ended.set(true)).handle(FixedLimit.create()));

        assertThat(ended.get(), is(true));
    }

    private static final class Broken implements ServerConnection {

        @Override
        public void handle(Limit limit) {
            throw new UncheckedIOException(new IOException("Broken pipe"));
        }

        @Override
        public Duration idleTime() {
            return Duration.ZERO;
        }

        @Override
        public void close(boolean interrupt) {
        }
    }
}
