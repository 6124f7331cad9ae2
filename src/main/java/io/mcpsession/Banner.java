package io.mcpsession;

/** What is printed once when the server is up. */
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
