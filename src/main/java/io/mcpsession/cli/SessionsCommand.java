package io.mcpsession.cli;

import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.ListSessionsResponse;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.WatchSessionsRequest;
import java.io.PrintWriter;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sessions list|show|watch|revoke|count}, over the gRPC API of a running server. */
@Command(name = "sessions", description = "Lists, shows, watches, revokes and counts sessions of a running server.",
        synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true)
final class SessionsCommand {

    @Spec
    private CommandSpec spec;

    /** Whose sessions. */
    static final class User {

        @Option(names = "--user", required = true, description = "whose: the user of an API token, or the subject of"
                + " an issuer")
        private String subject;

        @Option(names = "--issuer", defaultValue = "", description = "who vouches for the user; nobody for the users"
                + " of API tokens")
        private String issuer;

        Principal principal() {
            return Principal.newBuilder().setIssuer(issuer).setSubject(subject).build();
        }
    }

    @Command(description = "Lists a user's sessions, oldest first.", mixinStandardHelpOptions = true)
    int list(@Mixin Remote remote, @Mixin User user,
             @Option(names = "--json", description = "one JSON object a line") boolean json) {
        return remote.call(spec, stub -> {
            SessionTable table = new SessionTable(out(), json);
            String token = "";
            do {
                ListSessionsResponse page = stub.listSessions(ListSessionsRequest.newBuilder()
                        .setOwner(user.principal()).setPageSize(200).setPageToken(token).build());
                for (Session session : page.getSessionsList()) {
                    table.row(session);
                }
                token = page.getNextPageToken();
            } while (!token.isEmpty());
        });
    }

    @Command(description = "Shows all that is known of one session.", mixinStandardHelpOptions = true)
    int show(@Mixin Remote remote, @Parameters(paramLabel = "ID", description = "the whole session id") String id,
             @Option(names = "--json", description = "one JSON object") boolean json) {
        return remote.call(spec, stub -> new SessionTable(out(), json).all(
                stub.getSession(GetSessionRequest.newBuilder().setSessionId(id).build())));
    }

    @Command(description = "Tells what happens to sessions until it is interrupted.", mixinStandardHelpOptions = true)
    int watch(@Mixin Remote remote,
              @Option(names = "--user", description = "only theirs") String subject,
              @Option(names = "--issuer", defaultValue = "", description = "who vouches for the user") String issuer,
              @Option(names = "--from", defaultValue = "", description = "go on behind this resume token") String from,
              @Option(names = "--count", defaultValue = "0", description = "stop after as many events") int most,
              @Option(names = "--json", description = "one JSON object a line, with the resume token") boolean json) {
        WatchSessionsRequest.Builder request = WatchSessionsRequest.newBuilder().setResumeToken(from);
        if (subject != null) {
            request.setOwner(Principal.newBuilder().setIssuer(issuer).setSubject(subject));
        }
        return remote.stream(spec, stub -> {
            SessionTable table = new SessionTable(out(), json);
            Iterator<SessionEvent> events = stub.watchSessions(request.build());
            int seen = 0;
            while ((most == 0 || seen < most) && events.hasNext()) {
                seen += table.event(events.next()) ? 1 : 0;
            }
        });
    }

    @Command(description = "Ends a user's sessions, all or all but one.", mixinStandardHelpOptions = true)
    int revoke(@Mixin Remote remote, @Mixin User user,
               @Option(names = "--except", defaultValue = "", paramLabel = "ID", description = "keep this one")
               String except,
               @Option(names = "--reason", defaultValue = "", description = "for the log, and for who asks later")
               String reason) {
        return remote.call(spec, stub -> {
            int count = stub.revokeUserSessions(RevokeUserSessionsRequest.newBuilder().setOwner(user.principal())
                    .setExceptSessionId(except).setReason(reason).build()).getRevokedCount();
            out().println("revoked " + count + (count == 1 ? " session" : " sessions"));
        });
    }

    @Command(description = "Counts live sessions, of one user or all.", mixinStandardHelpOptions = true)
    int count(@Mixin Remote remote,
              @Option(names = "--user", description = "only theirs") String subject,
              @Option(names = "--issuer", defaultValue = "", description = "who vouches for the user") String issuer) {
        CountSessionsRequest.Builder request = CountSessionsRequest.newBuilder();
        if (subject != null) {
            request.setOwner(Principal.newBuilder().setIssuer(issuer).setSubject(subject));
        }
        return remote.call(spec, stub -> out().println(stub.countSessions(request.build()).getCount()));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
