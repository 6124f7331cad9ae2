package io.mcpsession.grpc;

import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.mcpsession.grpc.OddCall.End;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Calls that no service takes are refused in gRPC's own words, and what is no gRPC call in HTTP's. */
class UnservedCallsTest {

    private static final String GET_SESSION = "/mcpsession.v1.SessionService/GetSession";
    private static final byte[] EMPTY_MESSAGE = new byte[5];

    private static EventLoopGroup group;
    private static TestServer server;

    @BeforeAll
    static void start() {
        group = new NioEventLoopGroup(1);
        server = TestServer.with(Map.of("mcp.http.http2", "true"));
    }

    @AfterAll
    static void stop() {
        server.close();
        group.shutdownGracefully();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/mcpsession.v1.SessionService/NoSuch", "/mcpsession.v1.SessionService/getsession",
            "/no.such.Service/Method", "/", "/mcpsession.v1.SessionService", "/api/mcp", GET_SESSION + "/",
            "/grpc.health.v1.Health/NoSuch", "/envoy.service.auth.v2.Authorization/Check"})
    void aMethodThatDoesNotExistIsUnimplemented(String path) throws Exception {
        Map<String, String> answer = answer(server.internalPort(), "POST", path, "application/grpc");

        assertUnimplemented(answer, "METHOD_UNKNOWN");
    }

    @Test
    void theCallOfAnUnknownMethodMayConsistOfItsHeadersAlone() throws Exception {
        try (Http2Caller caller = new Http2Caller(group, server.internalPort())) {
            Map<String, String> answer = caller.answer(new OddCall(headers("POST", "/no.such/Method",
                    "application/grpc"), List.of(), End.FINISHED));

            assertUnimplemented(answer, "METHOD_UNKNOWN");
        }
    }

    @Test
    void thePublicSocketServesNoMethod() throws Exception {
        assertUnimplemented(answer(server.endpoint().getPort(), "POST", GET_SESSION, "application/grpc"), "METHOD_UNKNOWN");
        assertUnimplemented(answer(server.endpoint().getPort(), "POST", "/api/mcp", "application/grpc+proto"), "METHOD_UNKNOWN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8",
            "Application/GRPC", "application/grpc+proto; charset=utf-8"})
    void everySpellingOfTheMediaTypeIsServed(String type) throws Exception {
        Map<String, String> answer = answer(server.internalPort(), "POST", GET_SESSION, type);

        assertThat(answer.get(":status"), is("200"));
        assertThat(reason(answer), is("SESSION_ID_MALFORMED"));
    }

    @Test
    void messagesInAnotherFormThanProtobufAreUnimplemented() throws Exception {
        assertUnimplemented(answer(server.internalPort(), "POST", GET_SESSION, "application/grpc+json"),
                "SUBTYPE_UNSUPPORTED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "deflate", "zstd", "GZIP", "gzip,identity", ""})
    void anEncodingThatIsNotServedIsUnimplementedAndTheServedOnesAreNamed(String encoding) throws Exception {
        Map<String, String> answer = answer(server.internalPort(), "POST", GET_SESSION, "application/grpc",
                "grpc-encoding", encoding);

        assertUnimplemented(answer, "ENCODING_UNSUPPORTED");
        assertThat(answer.get("grpc-accept-encoding"), is("identity,gzip"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc-web", "application/grpc-web+proto", "application/grpcx",
            "application/json", "text/plain"})
    void anotherMediaTypeGetsAnAnswerOfHttp(String type) throws Exception {
        Map<String, String> answer = answer(server.internalPort(), "POST", GET_SESSION, type);

        assertThat(answer.get(":status"), is("415"));
        assertThat(answer, not(hasKey("grpc-status")));
    }

    @Test
    void anotherMethodThanPostGetsAnAnswerOfHttp() throws Exception {
        Map<String, String> answer = answer(server.internalPort(), "GET", GET_SESSION, "application/grpc");

        assertThat(answer.get(":status"), is("405"));
        assertThat(answer.get("allow"), is("POST"));
    }

    @Test
    void http11OnTheInternalSocketIsTold() throws Exception {
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                    + server.internalPort() + GET_SESSION)).POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .header("content-type", "application/json").build(), HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode(), is(415));
        }
    }

    /** Helidon answers these with nothing but a stack trace. */
    @ParameterizedTest
    @ValueSource(strings = {"not base64!", "a", "====", "\u00ff"})
    void metadataThatIsNoBase64IsAnInvalidArgumentAndNotLogged(String value) throws Exception {
        try (LogCapture log = new LogCapture("io")) {
            Map<String, String> answer = answer(server.internalPort(), "POST", GET_SESSION, "application/grpc",
                    "x-trace-bin", value);

            assertThat(answer.get("grpc-status"), is("3"));
            assertThat(reason(answer), is("REQUEST_UNREADABLE"));
            assertThat(log.at(Level.SEVERE), is(empty()));
            assertThat(log.at(Level.WARNING), is(empty()));
        }
    }

    private static void assertUnimplemented(Map<String, String> answer, String reason) throws Exception {
        assertThat(answer.get(":status"), is("200"));
        assertThat(answer.get("content-type"), is("application/grpc"));
        assertThat(answer.get("grpc-status"), is("12"));
        assertThat(reason(answer), is(reason));
    }

    private static String reason(Map<String, String> answer) throws Exception {
        Status status = Status.parseFrom(Base64.getDecoder().decode(answer.get("grpc-status-details-bin")));
        assertThat(status.getCode(), is(Integer.parseInt(answer.get("grpc-status"))));
        return status.getDetails(0).unpack(ErrorInfo.class).getReason();
    }

    private static Map<String, String> answer(int port, String method, String path, String type, String... more)
            throws Exception {
        try (Http2Caller caller = new Http2Caller(group, port)) {
            return caller.answer(new OddCall(headers(method, path, type, more), List.of(EMPTY_MESSAGE), End.FINISHED));
        }
    }

    private static List<String> headers(String method, String path, String type, String... more) {
        return Stream.concat(Stream.of(":method", method, ":scheme", "http", ":path", path, ":authority", "localhost",
                "content-type", type, "te", "trailers"), Stream.of(more)).toList();
    }
}
