package io.mcpsession;

import io.mcpsession.cli.CommandLine;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.ops.Logging;
import io.mcpsession.settings.Settings;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Starts the server; with arguments, runs one command instead. */
public final class Main {

    private Main() {
    }

    /**
     * @param arguments none to start the server; else a command, such as {@code token create --user alice}
     */
    public static void main(String[] arguments) {
        Logging.outlastShutdown();
        try {
            int status = run(arguments);
            // A server's listeners keep the process up.
            if (arguments.length > 0) {
                Logging.flush();
                System.exit(status);
            }
        } catch (Throwable e) {
            end(e, arguments.length == 0 && Logging.isJson());
        }
    }

    /** Threads that were started would keep a process running that serves nobody, so whatever it was ends it. */
    private static void end(Throwable failure, boolean json) {
        StartFailure.tell(failure, json);
        Logging.flush();
        System.exit(1);
    }

    private static int run(String[] arguments) {
        if (arguments.length > 0) {
            // What libraries say while a command runs is not part of its answer.
            Logging.configure(false, "WARNING", true);
            return CommandLine.run(() -> Settings.load(System.getenv(), Main::configure), arguments,
                    new PrintWriter(System.out, true), new PrintWriter(System.err, true));
        }
        serve(Settings.load(System.getenv(), Main::configure), _ -> Offering.ofTools(List.of()));
        return 0;
    }

    private static void configure(Settings.Log log) {
        Logging.configure(log.format() == Settings.Log.Format.JSON, switch (log.level()) {
            case ERROR -> "SEVERE";
            case WARNING -> "WARNING";
            case INFO -> "INFO";
            case DEBUG -> "FINE";
        }, log.audit());
    }

    /** Serves until SIGTERM. A failure to start, of whatever kind, is told in one line and ends the process. */
    static void serve(Settings settings, Function<Changes, Offering> more) {
        long begin = System.nanoTime();
        // By default it goes to standard error past the log, and waits for its reader.
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) ->
                logger().log(Level.ERROR, "thread " + thread.getName() + " ended by an exception", thrown));
        try {
            Server server = Server.start(settings, more);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.close();
                Logging.flush();
            }, "shutdown"));
            long took = System.nanoTime() - begin;
            if (Logging.isJson()) {
                logger().log(Level.INFO, Banner.line(server, took));
            } else {
                print(Banner.text(server, took));
            }
        } catch (Throwable e) {
            end(e, Logging.isJson());
        }
    }

    /** A start does not wait for who does not read. */
    private static void print(String text) throws InterruptedException {
        Thread.ofPlatform().name("banner").daemon().start(() -> System.out.println(text)).join(Duration.ofSeconds(1));
    }

    /** Not a constant: whoever makes a logger settles which LogManager there is, see {@link Logging}. */
    private static Logger logger() {
        return System.getLogger(Main.class.getName());
    }
}
