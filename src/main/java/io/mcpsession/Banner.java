package io.mcpsession;

import java.util.concurrent.TimeUnit;

/** What is printed, or logged, once when the server is up. */
final class Banner {

    private Banner() {
    }

    static String text(Server server, long startNanos) {
        String banner = """

                MCP session server %s is up after %.1f s

                  MCP     %s
                  gRPC    %s  mcpsession.v1.SessionService
                  admin   http://%s/health/ready, /metrics
                  Redis   %s
                """.formatted(server.version(), startNanos / 1e9, server.endpoint(), server.address(Server.INTERNAL),
                server.address(Server.ADMIN), server.redis());
        return banner + server.devToken().map(token -> trial(server, token)).orElse("");
    }

    /** The same for a log that machines read and keep, so without the token: who wants to call chooses one. */
    static String line(Server server, long startNanos) {
        return "server up version=" + server.version() + " took_ms=" + TimeUnit.NANOSECONDS.toMillis(startNanos)
                + " mcp=" + server.endpoint() + " grpc=" + server.address(Server.INTERNAL)
                + " admin=http://" + server.address(Server.ADMIN) + " redis=" + server.redis()
                + server.devToken().map(token -> " user=" + token.user()
                        + " token=(not logged: choose it by MCP_DEV_TOKEN)").orElse("");
    }

    private static String trial(Server server, DevToken token) {
        return """
                  user    %s
                  token   %s

                Try it:

                curl -i %s \\
                  -H 'Authorization: Bearer %s' \\
                  -H 'Content-Type: application/json' \\
                  -d '{"jsonrpc":"2.0","id":1,"method":"initialize"}'
                """.formatted(token.user(), token.secret(), server.endpoint(), token.secret());
    }
}
