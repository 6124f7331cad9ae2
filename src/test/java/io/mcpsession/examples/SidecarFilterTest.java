package io.mcpsession.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

class SidecarFilterTest {

    private static final Principal ALICE = Principal.newBuilder().setSubject("alice").build();
    private static final Principal BOB = Principal.newBuilder().setSubject("bob").build();
    private static final String SOURCE = "src/test/java/io/mcpsession/examples/SidecarFilter.java";

    private final TestServer server = TestServer.embedded();
    private final ManagedChannel channel =
            NettyChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext().build();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer service;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> exchange.sendResponseHeaders(200, -1)).getFilters()
                .add(new SidecarFilter(channel, SidecarFilterTest::verified));
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
        channel.shutdownNow();
        client.close();
        server.close();
    }

    @Test
    void aServiceServesOnlyLiveSessionsOfItsUser() throws Exception {
        String id = server.alice().call("initialize").session();

        assertThat(status(ALICE, id), is(200));
        assertThat(status(BOB, id), is(404));
        server.alice().in(id).delete();
        assertThat(status(ALICE, id), is(404));
    }

    @Test
    void aSessionServerThatIsAwayIsNoReasonToInitializeAnew() throws Exception {
        String id = server.alice().call("initialize").session();

        server.close();

        assertThat(status(ALICE, id), is(503));
    }

    @Test
    void whatNamesNoSessionGoesOnForThatIsHowOneBegins() throws Exception {
        assertThat(status(ALICE), is(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"one,two", "with blank", ""})
    void whatCanBeNobodysIdIsNotFoundSoThatTheClientInitializesAnew(String id) throws Exception {
        assertThat(status(ALICE, id), is(404));
    }

    @Test
    void nobodyHidesASecondIdBehindTheirOwn() throws Exception {
        String own = server.alice().call("initialize").session();
        String foreign = server.bob().call("initialize").session();

        assertThat(status(ALICE, own, foreign), is(404));
    }

    @Test
    void aUserIsWhomTheirIssuerNames() throws Exception {
        Principal carol = Principal.newBuilder().setIssuer("https://issuer.example").setSubject("carol").build();
        String id = SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                .createSession(CreateSessionRequest.newBuilder()
                        .setOwner(carol)
                        .setProtocolVersion("2025-11-25")
                        .build())
                .getSessionId();

        assertThat(status(carol, id), is(200));
        assertThat(status(carol.toBuilder().setIssuer("https://other.example").build(), id), is(404));
    }

    @Test
    void theReadmeShowsIt() throws IOException {
        String source = Files.readString(Path.of(SOURCE));
        String method = source.substring(source.indexOf("    public void doFilter("), source.lastIndexOf('}'));

        assertThat(Files.readString(Path.of("README.md")), containsString(method.indent(-4)));
    }

    private static Principal verified(HttpExchange exchange) {
        return Principal.newBuilder()
                .setIssuer(exchange.getRequestHeaders().getFirst("Issuer"))
                .setSubject(exchange.getRequestHeaders().getFirst("User"))
                .build();
    }

    private int status(Principal user, String... ids) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.getAddress().getPort()))
                        .header("Issuer", user.getIssuer())
                        .header("User", user.getSubject());
        Stream.of(ids).forEach(id -> request.header("Mcp-Session-Id", id));
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
