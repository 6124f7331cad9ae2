package io.mcpsession.ops;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Sets up java.util.logging, which everything logs to in the end: this server, Helidon, and Redisson through SLF4J. */
public final class Logging {

    private Logging() {
    }

    /** Lets a process log while it drains. To be called before anything is logged. */
    public static void outlastShutdown() {
        System.setProperty("java.util.logging.manager", LastingLogs.class.getName());
    }

    /**
     * @param json  one JSON object a line instead of readable text
     * @param level a level of java.util.logging, for this server's own loggers
     * @param audit whether the audit trail is written, whatever the level
     */
    public static void configure(boolean json, String level, boolean audit) {
        String configuration = String.join("\n",
                "handlers=" + LogQueue.class.getName(),
                ".level=WARNING",
                "io.mcpsession.level=" + level,
                AuditLog.NAME + ".level=" + (audit ? "INFO" : "OFF"),
                // "gRPC is a preview feature" and the like, on every start.
                "io.helidon.level=WARNING",
                "io.helidon.common.features.level=SEVERE",
                // A port that is taken: a page of stack traces for what is then told in one line.
                "io.helidon.webserver.LoomServer.level=" + (level.equals("FINE") ? "ALL" : "OFF"),
                // Redisson quotes commands and answers, session ids and records among them: seen for an answer that
                // came after its connection was given up. What goes wrong is told once, by the store, without them.
                Held.REDISSON.getName() + ".level=OFF",
                // What Redisson's handlers throw, Netty logs at WARNING, with the answer or the command in its message.
                Held.NETTY_CHANNELS.getName() + ".level=OFF",
                Held.NETTY_PROMISES.getName() + ".level=OFF");
        LastingLogs.configuring(() -> read(configuration));
        // The JDK makes handlers when they are first needed, but not any more while the JVM ends.
        queues().forEach(queue -> queue.setFormatter(ready(json ? new JsonLogFormatter() : new TextLogFormatter())));
    }

    /** Used once: that no file can be opened any more has to be logged too, and no class can be loaded then. */
    private static Formatter ready(Formatter formatter) {
        LogRecord first = new LogRecord(Level.WARNING, "ready");
        first.setThrown(new IOException(new IOException()));
        formatter.format(first);
        return formatter;
    }

    private static Stream<LogQueue> queues() {
        return Stream.of(Logger.getLogger("").getHandlers()).filter(LogQueue.class::isInstance).map(LogQueue.class::cast);
    }

    /** Waits, a second at most, until what was logged is written. To be called before the process ends. */
    public static void flush() {
        queues().forEach(LogQueue::flush);
    }

    /** What was logged and not written, because standard error was not read. */
    public static LogQueue.Dropped dropped() {
        return queues().map(LogQueue::dropped).findFirst().orElse(LogQueue.NONE);
    }

    /** Whether what is logged by now is one JSON object a line. */
    public static boolean isJson() {
        return Stream.of(Logger.getLogger("").getHandlers())
                .anyMatch(handler -> handler.getFormatter() instanceof JsonLogFormatter);
    }

    private static void read(String configuration) {
        try {
            LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(configuration.getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Made when it is needed: whoever makes a logger settles which LogManager there is, see {@link LastingLogs}. */
    private static final class Held {
        // The JDK forgets a logger that nobody holds, and with it the level below which its children are.
        private static final Logger REDISSON = Logger.getLogger("org.redisson");
        private static final Logger NETTY_CHANNELS = Logger.getLogger("io.netty.channel");
        private static final Logger NETTY_PROMISES = Logger.getLogger("io.netty.util.concurrent");
    }
}
