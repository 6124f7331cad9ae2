package io.mcpsession.cli;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.TokenSecret;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token create|list|revoke}. */
@Command(name = "token", description = "Creates, lists and revokes API tokens.", synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class TokenCommand {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Supplier<StoreAccess> stores;
    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    TokenCommand(Supplier<StoreAccess> stores, InstantSource clock) {
        this.stores = stores;
        this.clock = clock;
    }

    @Command(description = "Makes a token and prints it, this once.")
    int create(@Option(names = "--user", required = true, description = "whom it speaks for") String user,
               @Option(names = "--name", defaultValue = "", description = "what its user calls it") String name,
               @Option(names = "--expires-in-days", description = "when it stops working; never by default")
               Integer days) {
        if (days != null && days < 1) {
            throw refused("--expires-in-days takes 1 or more");
        }
        Instant now = clock.instant();
        byte[] id = new byte[4];
        RANDOM.nextBytes(id);
        ApiToken token = token(HexFormat.of().formatHex(id), user, name, now,
                Optional.ofNullable(days).map(n -> now.plus(Duration.ofDays(n))));
        String secret = TokenSecret.mint(RANDOM);
        try (StoreAccess store = stores.get()) {
            store.tokens().add(TokenSecret.digest(secret), token);
        }
        err().println("token " + token.id() + " for " + user + "; this is the only time it is shown:");
        out().println(secret);
        return ExitCode.OK;
    }

    private ApiToken token(String id, String user, String name, Instant now, Optional<Instant> expires) {
        try {
            return new ApiToken(id, user, name, now, expires);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    private ParameterException refused(String why) {
        return new ParameterException(spec.subcommands().get("create"), why);
    }

    @Command(description = "Lists all tokens, without their secrets.")
    int list() {
        try (StoreAccess store = stores.get()) {
            String row = "%-10s %-24s %-24s %-22s %s%n";
            out().printf(row, "ID", "USER", "NAME", "CREATED", "EXPIRES");
            for (ApiToken token : store.tokens().list()) {
                out().printf(row, token.id(), token.subject(), token.name(), seconds(token.created()),
                        token.expires().map(TokenCommand::seconds).orElse("never"));
            }
        }
        return ExitCode.OK;
    }

    private static String seconds(Instant at) {
        return Instant.ofEpochSecond(at.getEpochSecond()).toString();
    }

    @Command(description = "Ends a token; every replica refuses it within 5 s.")
    int revoke(@Parameters(paramLabel = "ID", description = "as list shows it") String id) {
        try (StoreAccess store = stores.get()) {
            if (!store.tokens().revoke(id)) {
                err().println("There is no token " + id);
                return ExitCode.SOFTWARE;
            }
        }
        out().println("revoked " + id);
        return ExitCode.OK;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
