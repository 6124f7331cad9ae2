package io.mcpsession;

import io.mcpsession.cli.CommandLine;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.ops.Logging;
import io.mcpsession.settings.Settings;
import io.mcpsession.settings.SettingsException;
import java.io.PrintWriter;
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
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static int run(String[] arguments) {
        Settings settings = Settings.load(System.getenv());
        Logging.configure(settings.log().format() == Settings.Log.Format.JSON, switch (settings.log().level()) {
            case ERROR -> "SEVERE";
            case WARNING -> "WARNING";
            case INFO -> "INFO";
            case DEBUG -> "FINE";
        }, settings.log().audit());
        if (arguments.length > 0) {
            return CommandLine.run(settings, arguments, new PrintWriter(System.out, true),
                    new PrintWriter(System.err, true));
        }
        serve(settings, _ -> Offering.ofTools(List.of()));
        return 0;
    }

    /** Serves until SIGTERM. */
    static void serve(Settings settings, Function<Changes, Offering> more) {
        long begin = System.nanoTime();
        Server server = Server.start(settings, more);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
        System.out.println(Banner.text(server, System.nanoTime() - begin));
    }
}
