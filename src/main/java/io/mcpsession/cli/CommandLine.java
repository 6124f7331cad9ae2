package io.mcpsession.cli;

import io.mcpsession.ops.AuditLog;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.settings.Settings;
import java.io.PrintWriter;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The application's commands. */
public final class CommandLine {

    private CommandLine() {
    }

    /**
     * Runs one command.
     *
     * @return the exit status: 0 when done, 1 when it failed, 2 when the arguments make no sense
     */
    public static int run(Settings settings, String[] arguments, PrintWriter out, PrintWriter err) {
        return new picocli.CommandLine(new Root())
                .addSubcommand(new TokenCommand(() -> StoreAccess.open(settings), Clock.systemUTC(),
                        new AuditLog(settings.replica(), Clock.systemUTC(), () -> "")))
                .addSubcommand(new SessionsCommand())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    err.println(failure instanceof StoreUnavailableException
                            ? "No answer from " + settings.redis().where() + ". " + failure.getMessage()
                            : failure.getMessage());
                    return picocli.CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    @Command(name = "mcp-session-server", subcommands = HelpCommand.class, synopsisSubcommandLabel = "COMMAND",
            description = "Without a command: starts the server.")
    private static final class Root {
    }
}
