package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.RawHttp;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** What pages in a browser may do: those of allowed origins all, others nothing. */
@ExtendWith(FixtureServer.Shared.class)
class CorsTest {

    private static final String ALLOWED = "https://inspector.example";

    private static FixtureServer local;
    private static EmbeddedRedis redis;
    private static FixtureServer open;

    @BeforeAll
    static void start(FixtureServer shared) {
        local = shared;
        redis = EmbeddedRedis.start();
        open = FixtureServer.on(redis.address(), "mcp.http.allowed-origins", ALLOWED + ", https://other.example");
    }

    @AfterAll
    static void stop() {
        open.close();
        redis.close();
    }

    @Test
    void aPreflightNamesWhatAClientNeeds() {
        Answer answer = preflight(open.endpoint(), "Origin: " + ALLOWED);

        assertThat(answer.status(), is(204));
        assertThat(answer.header("access-control-allow-origin").orElseThrow(), is(ALLOWED));
        assertThat(names(answer, "access-control-allow-methods"), hasItems("get", "post", "delete"));
        assertThat(names(answer, "access-control-allow-headers"), hasItems("authorization", "content-type", "accept",
                "mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name", "last-event-id"));
        assertThat(names(answer, "vary"), hasItems("origin"));
    }

    @Test
    void aPreflightAllowsTheHeadersThatRepeatArguments() {
        Answer answer = preflight(open.endpoint(), "Origin: " + ALLOWED + "\r\n"
                + "Access-Control-Request-Headers: content-type,mcp-param-region,x-other,mcp-param-a b,mcp-param-");

        assertThat(names(answer, "access-control-allow-headers"), hasItems("content-type", "mcp-param-region"));
        assertThat(names(answer, "access-control-allow-headers"), not(hasItem("x-other")));
        assertThat(names(answer, "access-control-allow-headers"), not(hasItem(containsString(" "))));
    }

    @Test
    void aPreflightNeedsNoToken() {
        Answer answer = preflight(open.endpoint(), "Origin: " + ALLOWED);

        assertThat(answer.status(), is(204));
        assertThat(answer.header("www-authenticate").isPresent(), is(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "http://inspector.example",
            "https://inspector.example.evil.example", "https://inspector.example:8443", "null", "http://localhost:6274"})
    void aPageOfAnotherOriginIsRefusedBeforeAnythingElse(String origin) {
        Answer preflight = preflight(open.endpoint(), "Origin: " + origin);
        Answer call = open.anybody("wrong").with("Origin", origin).call("ping");

        assertThat(preflight.status(), is(403));
        assertThat(preflight.header("access-control-allow-origin").isPresent(), is(false));
        assertThat(call.status(), is(403));
        assertThat(call.header("access-control-allow-origin").isPresent(), is(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:6274", "http://127.0.0.1:6274", "http://[::1]:6274", "http://localhost"})
    void aPageOfThisMachineIsAllowedWhereOnlyThisMachineIsServed(String origin) {
        assertThat(preflight(local.endpoint(), "Origin: " + origin).status(), is(204));
        assertThat(local.alice().with("Origin", origin).call("ping").status(), is(200));
    }

    @Test
    void aPageMayReadAnswersAndTheirSession() {
        McpClient page = open.alice().with("Origin", ALLOWED);

        Answer answer = page.call("initialize");

        assertThat(answer.header("access-control-allow-origin").orElseThrow(), is(ALLOWED));
        assertThat(names(answer, "access-control-expose-headers"), hasItems("mcp-session-id", "www-authenticate"));
    }

    @Test
    void aPageMayReadRefusalsToo() {
        McpClient page = open.anybody("wrong").with("Origin", ALLOWED);

        Answer answer = page.call("ping");

        assertThat(answer.status(), is(401));
        assertThat(answer.header("access-control-allow-origin").orElseThrow(), is(ALLOWED));
    }

    @Test
    void whoIsNoPageIsNotToldAboutPages() {
        Answer answer = open.alice().call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.header("access-control-allow-origin").isPresent(), is(false));
    }

    @Test
    void optionsTellWhatTheEndpointTakes() {
        Answer answer = preflight(open.endpoint(), "X-None: 1");

        assertThat(answer.status(), is(204));
        assertThat(names(answer, "allow"), hasItems("get", "post", "delete", "options"));
    }

    private static Answer preflight(URI endpoint, String header) {
        return RawHttp.send(endpoint, "OPTIONS /api/mcp HTTP/1.1\r\nHost: localhost:" + endpoint.getPort() + "\r\n"
                + "Access-Control-Request-Method: POST\r\n" + header + "\r\n\r\n");
    }

    private static List<String> names(Answer answer, String header) {
        return Stream.of(answer.header(header).orElse("").split(",")).map(String::trim)
                .map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }
}
