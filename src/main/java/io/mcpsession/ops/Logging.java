package io.mcpsession.ops;

import io.helidon.logging.jul.HelidonJsonFormatter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.logging.ConsoleHandler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Sets up java.util.logging, which everything logs to in the end: this server, Helidon, and Redisson through SLF4J. */
public final class Logging {

    private static final String TEXT_FORMAT = "%1$tF %1$tT.%1$tL %4$-7s %3$s  %5$s%6$s%n";
    private static final String JSON_FIELDS = "ts:%1$tQ,date:%1$tY-%1$tm-%1$tdT%1$tH:%1$tM:%1$tS.%1$tL%1$tz,"
            + "level:%4$s,logger:%3$s,message:%5$s,exception:%6$s,thread:%X{thread},trace:%X{trace}";

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
                "handlers=" + ConsoleHandler.class.getName(),
                ConsoleHandler.class.getName() + ".level=ALL",
                ConsoleHandler.class.getName() + ".formatter="
                        + (json ? HelidonJsonFormatter.class.getName() : "java.util.logging.SimpleFormatter"),
                "java.util.logging.SimpleFormatter.format=" + TEXT_FORMAT,
                HelidonJsonFormatter.class.getName() + ".fields=" + JSON_FIELDS,
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
                Held.REDISSON.getName() + ".level=OFF");
        LastingLogs.configuring(() -> read(configuration));
        // The JDK makes handlers when they are first needed, but not any more while the JVM ends.
        Logger.getLogger("").getHandlers();
    }

    /** Whether what is logged by now is one JSON object a line. */
    public static boolean isJson() {
        return Stream.of(Logger.getLogger("").getHandlers())
                .anyMatch(handler -> handler.getFormatter() instanceof HelidonJsonFormatter);
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
    }
}
