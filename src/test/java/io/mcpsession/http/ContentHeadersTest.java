package io.mcpsession.http;

import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Lengths of answers without a body, and codings of bodies, over both versions of HTTP. */
@Timeout(60)
class ContentHeadersTest {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String NOTIFICATION = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Map.of("mcp.http.http2", "true"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> send(Version version, HttpRequest.Builder request) {
        try (HttpClient http = HttpClient.newBuilder().version(version).build()) {
            if (version == Version.HTTP_2) {
                // The client of the JDK comes to HTTP/2 without TLS by a request that asks for it.
                http.send(HttpRequest.newBuilder(server.endpoint()).method("OPTIONS", BodyPublishers.noBody()).build(),
                        BodyHandlers.discarding());
            }
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            assertThat(response.version(), is(version));
            return response;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpRequest.Builder post(McpClient client, BodyPublisher body, String... codings) {
        HttpRequest.Builder request = client.to(HttpRequest.newBuilder(server.endpoint()))
                .header("Content-Type", "application/json").POST(body);
        List.of(codings).forEach(coding -> request.header("Content-Encoding", coding));
        return request;
    }

    @ParameterizedTest
    @EnumSource
    void noContentHasNoLength(Version version) {
        McpClient session = server.alice().initialized();

        HttpResponse<String> deleted = send(version, session.to(HttpRequest.newBuilder(server.endpoint())).DELETE());
        HttpResponse<String> options = send(version, HttpRequest.newBuilder(server.endpoint())
                .method("OPTIONS", BodyPublishers.noBody()));
        HttpResponse<String> metadata = send(version, HttpRequest.newBuilder(URI.create(
                server.endpoint().resolve("/.well-known/oauth-protected-resource").toString()))
                .method("OPTIONS", BodyPublishers.noBody()));

        for (HttpResponse<String> answer : List.of(deleted, options, metadata)) {
            assertThat(answer.statusCode(), is(204));
            assertThat(answer.headers().firstValue("content-length"), is(Optional.empty()));
            assertThat(answer.headers().firstValue("transfer-encoding"), is(Optional.empty()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherAnswersWithoutABodySayThatItIsEmpty(Version version) {
        McpClient session = server.alice().initialized();

        HttpResponse<String> taken = send(version, post(session, BodyPublishers.ofString(NOTIFICATION)));

        assertThat(taken.statusCode(), is(202));
        assertThat(taken.headers().firstValue("content-length"), is(Optional.of("0")));
    }

    @ParameterizedTest
    @EnumSource
    void aBodyWithACodingIsRefusedByNameInBothEras(Version version) throws IOException {
        McpClient alice = server.alice();
        JsonObject none = JsonObject.EMPTY_JSON_OBJECT;
        McpClient stateless = alice.with(Stateless.headers("tools/list", none));
        BodyPublisher zipped = BodyPublishers.ofByteArray(gzip(PING));
        BodyPublisher statelessZipped = BodyPublishers.ofByteArray(gzip(Stateless.of(alice).request("tools/list", none)));

        assertThatItIsRefused(send(version, post(alice, zipped, "gzip")));
        assertThatItIsRefused(send(version, post(alice, zipped, "GZip")));
        assertThatItIsRefused(send(version, post(alice, zipped, "identity, gzip")));
        assertThatItIsRefused(send(version, post(alice, zipped, "identity", "br")));
        assertThatItIsRefused(send(version, post(alice, BodyPublishers.ofString(PING), "of-tomorrow")));
        assertThatItIsRefused(send(version, post(stateless, statelessZipped, "gzip")));
    }

    @ParameterizedTest
    @EnumSource
    void whoMayNotCallHearsThatFirst(Version version) {
        assertThat(send(version, post(server.client("wrong"), BodyPublishers.ofString(PING), "gzip")).statusCode(),
                is(401));
    }

    @ParameterizedTest
    @EnumSource
    void theIdentityIsNoCoding(Version version) {
        McpClient alice = server.alice();

        assertThat(send(version, post(alice, BodyPublishers.ofString(PING), "identity")).statusCode(), is(200));
        assertThat(send(version, post(alice, BodyPublishers.ofString(PING), "Identity, identity")).statusCode(), is(200));
    }

    private static void assertThatItIsRefused(HttpResponse<String> answer) {
        assertThat(answer.body(), answer.statusCode(), is(415));
        assertThat(answer.headers().allValues("accept-encoding"), is(List.of("identity")));
        assertThat(answer.headers().firstValue("content-type"), is(Optional.of("application/json")));
        try (JsonReader json = Json.createReader(new StringReader(answer.body()))) {
            assertThat(json.readObject().getJsonObject("error").getInt("code"), is(-32600));
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }
}
