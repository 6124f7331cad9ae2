package io.mcpsession.cli;

import io.mcpsession.ops.AuditLog;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.settings.Settings;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** The application's commands. */
public final class CommandLine {

    private CommandLine() {
    }

    /** Runs one command with settings that are known. */
    public static int run(Settings settings, String[] arguments, PrintWriter out, PrintWriter err) {
        return run(() -> settings, arguments, out, err);
    }

    /**
     * Runs one command.
     *
     * @param reader reads the settings once a command needs them; help is given whatever they are
     * @return the exit status: 0 when done, 1 when it failed, 2 when the arguments make no sense
     */
    public static int run(Supplier<Settings> reader, String[] arguments, PrintWriter out, PrintWriter err) {
        AtomicReference<Settings> read = new AtomicReference<>();
        Supplier<Settings> settings = () -> read.updateAndGet(known -> known == null ? reader.get() : known);
        return new picocli.CommandLine(new Root())
                .addSubcommand(new TokenCommand(() -> StoreAccess.open(settings.get()), Clock.systemUTC(),
                        () -> new AuditLog(settings.get().replica(), Clock.systemUTC(), () -> "")))
                .addSubcommand(new SessionsCommand())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    err.println(SessionTable.visible(failure instanceof StoreUnavailableException
                            ? "No answer from " + settings.get().redis().where() + ". " + failure.getMessage()
                            : failure.getMessage()));
                    return picocli.CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    @Command(name = "mcp-session-server", subcommands = HelpCommand.class, synopsisSubcommandLabel = "[COMMAND]",
            mixinStandardHelpOptions = true, versionProvider = Version.class,
            description = "Without a command: starts the server.")
    private static final class Root implements Runnable {

        @Override
        public void run() {
            // Only options were given, and they have been dealt with.
        }
    }

    /** Told by the jar. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"mcp-session-server "
                    + Optional.ofNullable(Version.class.getPackage().getImplementationVersion()).orElse("dev")};
        }
    }
}
