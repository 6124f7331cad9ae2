package io.mcpsession.cli;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.Scopes;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.ops.AuditLog;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token create|list|rotate|revoke}. */
@Command(name = "token", description = "Creates, lists, rotates and revokes API tokens.", synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class TokenCommand {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Supplier<StoreAccess> stores;
    private final InstantSource clock;
    private final Supplier<AuditLog> audit;

    @Spec
    private CommandSpec spec;

    TokenCommand(Supplier<StoreAccess> stores, InstantSource clock, Supplier<AuditLog> audit) {
        this.stores = stores;
        this.audit = audit;
        this.clock = clock;
    }

    @Command(description = "Makes a token and prints it, this once.", mixinStandardHelpOptions = true)
    int create(@Option(names = "--user", required = true, description = "whom it speaks for") String user,
               @Option(names = "--name", defaultValue = "", description = "what its user calls it") String name,
               @Option(names = "--expires-in-days", description = "when it stops working; never by default")
               Integer days,
               @Option(names = "--scopes", defaultValue = "", description = "what it grants, separated by blanks; all by"
                       + " default") String scopes) {
        if (days != null && days < 1) {
            throw refused("--expires-in-days takes 1 or more");
        }
        Instant now = clock.instant();
        byte[] id = new byte[4];
        RANDOM.nextBytes(id);
        ApiToken token = token(HexFormat.of().formatHex(id), user, name, now,
                Optional.ofNullable(days).map(n -> now.plus(Duration.ofDays(n))),
                scopes.isBlank() ? Scopes.ALL : Scopes.parse(scopes));
        String secret = TokenSecret.mint(RANDOM);
        try (StoreAccess store = stores.get()) {
            store.tokens().add(TokenSecret.digest(secret), token);
        }
        audit.get().tokenChanged("create", token.id());
        show(secret, token.id() + " for " + user);
        return ExitCode.OK;
    }

    private void show(String secret, String token) {
        err().println("token " + token + "; this is the only time it is shown:");
        out().println(secret);
    }

    private ApiToken token(String id, String user, String name, Instant now, Optional<Instant> expires,
                           Scopes scopes) {
        try {
            return new ApiToken(id, user, name, now, expires, scopes);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    private ParameterException refused(String why) {
        return refused("create", why);
    }

    private ParameterException refused(String command, String why) {
        return new ParameterException(spec.subcommands().get(command), why);
    }

    @Command(description = "Lists all tokens, without their secrets.", mixinStandardHelpOptions = true)
    int list() {
        try (StoreAccess store = stores.get()) {
            String row = "%-10s %-24s %-24s %-20s %-20s %-20s %s%n";
            Map<String, Instant> used = store.tokens().lastUses();
            out().printf(row, "ID", "USER", "NAME", "SCOPES", "CREATED", "LAST USED", "EXPIRES");
            for (ApiToken token : store.tokens().list()) {
                out().printf(row, token.id(), SessionTable.visible(token.subject()), SessionTable.visible(token.name()),
                        token.scopes().unlimited() ? "all" : token.scopes().text(), seconds(token.created()),
                        Optional.ofNullable(used.get(token.id())).map(TokenCommand::seconds).orElse("never"),
                        token.expires().map(TokenCommand::seconds).orElse("never"));
            }
        }
        return ExitCode.OK;
    }

    private static String seconds(Instant at) {
        return Instant.ofEpochSecond(at.getEpochSecond()).toString();
    }

    @Command(description = "Gives a token another secret and prints it, this once. User, scopes and expiry stay.",
            mixinStandardHelpOptions = true)
    int rotate(@Parameters(paramLabel = "ID", description = "as list shows it") String id,
               @Option(names = "--old-for-minutes", defaultValue = "0", description = "how long the old secret works"
                       + " beside the new one; by default every replica refuses it within 5 s") int minutes) {
        if (minutes < 0) {
            throw refused("rotate", "--old-for-minutes takes 0 or more");
        }
        String secret = TokenSecret.mint(RANDOM);
        try (StoreAccess store = stores.get()) {
            if (!store.tokens().rotate(id, TokenSecret.digest(secret),
                    clock.instant().plus(Duration.ofMinutes(minutes)))) {
                return unknown(id);
            }
        }
        audit.get().tokenChanged("rotate", id);
        show(secret, id);
        return ExitCode.OK;
    }

    private int unknown(String id) {
        err().println("There is no token " + id);
        return ExitCode.SOFTWARE;
    }

    @Command(description = "Ends a token; every replica refuses it within 5 s.", mixinStandardHelpOptions = true)
    int revoke(@Parameters(paramLabel = "ID", description = "as list shows it") String id) {
        try (StoreAccess store = stores.get()) {
            if (!store.tokens().revoke(id)) {
                return unknown(id);
            }
        }
        audit.get().tokenChanged("revoke", id);
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
