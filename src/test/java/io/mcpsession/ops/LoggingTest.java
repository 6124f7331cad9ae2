package io.mcpsession.ops;

import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

class LoggingTest {

    @AfterEach
    void putBack() throws Exception {
        LogManager.getLogManager().readConfiguration();
    }

    /** Its CommandDecoder logs a whole answer, a session's record among them, when nobody waits for it any more. */
    @ParameterizedTest
    @ValueSource(strings = {"SEVERE", "INFO", "FINE"})
    void whatRedissonQuotesIsNeverLogged(String level) {
        Logger decoder = Logger.getLogger("org.redisson.client.handler.CommandDecoder");

        Logging.configure(false, level, true);

        assertThat(decoder.isLoggable(Level.SEVERE), is(false));
    }

    /** By which an exception of Redisson's handlers, whose message quotes what Redis said, comes to the log. */
    @ParameterizedTest
    @ValueSource(strings = {"io.netty.channel.DefaultChannelPipeline", "io.netty.channel.AbstractChannelHandlerContext",
            "io.netty.util.concurrent.DefaultPromise", "io.netty.util.concurrent.DefaultPromise.rejectedExecution"})
    void whatNettySaysOfRedissonsFailuresIsNotLogged(String name) {
        Logger logger = Logger.getLogger(name);

        Logging.configure(false, "FINE", true);

        assertThat(logger.isLoggable(Level.SEVERE), is(false));
    }

    @Test
    void theAuditTrailIsWrittenWhateverTheLevel() {
        Logging.configure(true, "SEVERE", true);

        assertThat(Logger.getLogger(AuditLog.NAME).isLoggable(Level.INFO), is(true));
        assertThat(Logger.getLogger("io.mcpsession.ops.Drain").isLoggable(Level.INFO), is(false));
    }
}
