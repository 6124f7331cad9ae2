package io.mcpsession;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.McpClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The first start: what a newcomer sees, and what happens when it cannot be. */
class StartTest {

    private static ChildServer server;

    @BeforeAll
    static void start() {
        server = ChildServer.start(Map.of());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theBannerShowsTheAddressesWhereRedisIsAndWhoMayCall() {
        assertThat(server.banner(), matchesPattern(Pattern.compile("""
                .*MCP +http://127\\.0\\.0\\.1:\\d+/api/mcp
                 +gRPC +127\\.0\\.0\\.1:\\d+ .*
                 +admin +http://127\\.0\\.0\\.1:\\d+/health/ready.*
                 +Redis +redis://127\\.0\\.0\\.1:\\d+ .*
                 +user +dev
                 +token +mcps_[0-9A-Za-z]{36}
                .*""", Pattern.DOTALL)));
    }

    @Test
    void theAddressesOfTheBannerAnswer() throws Exception {
        assertThat(get(found("admin +(http://\\S+?),")).statusCode(), is(200));
        assertThat(get(found("admin +(http://[^/]+)") + "/metrics").statusCode(), is(200));
        assertThat(get(found("MCP +(http\\S+)")).statusCode(), is(401));
        ManagedChannel grpc = NettyChannelBuilder.forTarget(found("gRPC +(\\S+)")).usePlaintext().build();
        try {
            assertThat(HealthGrpc.newBlockingStub(grpc).withDeadlineAfter(10, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance()).getStatus(), is(ServingStatus.SERVING));
        } finally {
            grpc.shutdownNow();
        }
    }

    @Test
    void theCurlLineWorksWhenPasted() throws Exception {
        String command = server.banner().substring(server.banner().indexOf("curl -i"));

        String answer = onPath("curl") ? runByTheShell(command) : replayed(command);

        assertThat(answer, containsString("200"));
        assertThat(answer.toLowerCase(Locale.ROOT), containsString("mcp-session-id: mcp-"));
        assertThat(answer, containsString("\"protocolVersion\":\"2025-11-25\""));
    }

    @Test
    void theTokenOfTheBannerSpeaksForItsUserAndNoOtherDoes() {
        assertThat(server.client(found("token +(\\S+)")).call("ping").status(), is(200));
        assertThat(server.client("mcps_000000000000000000000000000000000000").call("ping").status(), is(401));
    }

    @Test
    void theTokenCanBeFixed() {
        Map<String, String> ports = Map.of("server.port", "0", "server.sockets.0.port", "0", "server.sockets.1.port", "0");
        Settings settings = Settings.load(Map.of("MCP_DEV_TOKEN", "open sesame", "MCP_DEV_USER", "aladdin"), ports);

        try (Server fixed = Server.start(settings)) {
            String banner = Banner.text(fixed, 0);
            assertThat(banner, allOf(containsString("token   open sesame"), containsString("user    aladdin")));
            assertThat(McpClient.of(URI.create(fixed.endpoint()), "open sesame").call("ping").status(), is(200));
        }
    }

    @Test
    void anEmbeddedStartIsReachedFromThisMachineOnly() throws IOException {
        // A socket that is open to the network answers on every address, on this one too.
        byte[] elsewhere = {127, 0, 0, 2};
        for (String address : List.of("MCP +http://[^:]+:(\\d+)", "gRPC +[^:]+:(\\d+)", "admin +http://[^:]+:(\\d+)")) {
            InetSocketAddress there =
                    new InetSocketAddress(InetAddress.getByAddress(elsewhere), Integer.parseInt(found(address)));
            try (Socket socket = new Socket()) {
                assertThrows(ConnectException.class, () -> socket.connect(there, 1000), address);
            }
        }
    }

    @Test
    void aPortThatIsTakenIsNamedAndEndsTheProcess() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                ChildServer second = ChildServer.start(
                        Map.of("SERVER_SOCKETS_0_PORT", Integer.toString(taken.getLocalPort())))) {

            int status = second.exitStatus(Duration.ofSeconds(30));

            assertThat(status, is(1));
            assertThat(second.errors(), containsString("Cannot listen on port " + taken.getLocalPort() + " (socket mcp)"));
            assertThat(second.errors(), not(containsString("\tat ")));
        }
    }

    @Test
    void aSettingThatCannotBeIsNamedAndEndsTheProcess() {
        try (ChildServer second = ChildServer.start(Map.of("MCP_SESSION_IDLE_TTL", "soon"))) {
            assertThat(second.exitStatus(Duration.ofSeconds(30)), is(1));
            assertThat(second.errors(), is("mcp.session.idle-ttl (MCP_SESSION_IDLE_TTL): \"soon\" is not allowed; give"
                    + " a duration such as 600s, 24h or PT10M, from PT1S to PT720H"));
        }
    }

    private static String found(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(server.banner());
        assertThat(server.banner(), matcher.find(), is(true));
        return matcher.group(1);
    }

    private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(address)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String runByTheShell(String command) throws IOException {
        Process shell = new ProcessBuilder("/bin/sh").redirectErrorStream(true).start();
        try (var in = shell.outputWriter()) {
            in.write(command);
        }
        return new String(shell.getInputStream().readAllBytes());
    }

    /** What curl would do, for machines without one. */
    private static String replayed(String command) {
        List<String> quoted = Pattern.compile("'([^']*)'").matcher(command).results()
                .map(result -> result.group(1)).toList();
        String token = quoted.getFirst().substring("Authorization: Bearer ".length());
        Answer answer = server.client(token).post(quoted.getLast());
        return answer.status() + "\nMcp-Session-Id: " + answer.session() + "\n" + answer.body();
    }
}
