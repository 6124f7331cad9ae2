package io.mcpsession;

import io.mcpsession.cli.CommandLine;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.ops.Logging;
import io.mcpsession.settings.Settings;
import io.mcpsession.settings.SettingsException;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
            // The JVM ends by itself when a command is done; a server's listeners keep it up.
            int status = run(arguments);
            if (status != 0) {
                System.exit(status);
            }
        } catch (SettingsException | StartException e) {
            if (arguments.length == 0 && Logging.isJson()) {
                logger().log(Level.ERROR, e.getMessage());
            } else {
                System.err.println(e.getMessage());
            }
            System.exit(1);
        }
    }

    private static int run(String[] arguments) {
        Settings settings = Settings.load(System.getenv(), Main::configure);
        if (arguments.length > 0) {
            return CommandLine.run(settings, arguments, new PrintWriter(System.out, true),
                    new PrintWriter(System.err, true));
        }
        serve(settings, _ -> Offering.ofTools(List.of()));
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

    /** Serves until SIGTERM. */
    static void serve(Settings settings, Function<Changes, Offering> more) {
        long begin = System.nanoTime();
        Server server = Server.start(settings, more);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
        long took = System.nanoTime() - begin;
        if (Logging.isJson()) {
            logger().log(Level.INFO, Banner.line(server, took));
        } else {
            System.out.println(Banner.text(server, took));
        }
    }

    /** Not a constant: whoever makes a logger settles which LogManager there is, see {@link Logging}. */
    private static Logger logger() {
        return System.getLogger(Main.class.getName());
    }
}
