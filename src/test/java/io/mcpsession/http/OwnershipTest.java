package io.mcpsession.http;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Another user's session looks like none at all to whoever holds its id, and gains nothing by being asked for. */
class OwnershipTest {

    private static EmbeddedRedis redisServer;
    private static PlainRedis redis;
    private static TestServer server;

    @BeforeAll
    static void start() {
        redisServer = EmbeddedRedis.start();
        redis = new PlainRedis(redisServer.address());
        server = TestServer.on(redisServer.address(), Map.of("mcp.session.policy", "strict"));
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
        redisServer.close();
    }

    private static Stream<Arguments> requests() {
        return Stream.of(
                request("a call", client -> client.call("tools/list")),
                request("a notification", client -> client.notify("notifications/initialized")),
                request("a cancellation", client -> client.notify("notifications/cancelled")),
                request("an answer", client -> client.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}")),
                request("the stream of server messages", OwnershipTest::stream),
                request("a stream to resume", client -> stream(client.with("Last-Event-ID", "1-1"))),
                request("DELETE", McpClient::delete));
    }

    private static Arguments request(String name, Function<McpClient, Answer> request) {
        return argumentSet(name, request);
    }

    private static Answer stream(McpClient client) {
        return client.with("Accept", "text/event-stream").send("GET", BodyPublishers.noBody());
    }

    @ParameterizedTest
    @MethodSource("requests")
    void anIdOfSomebodyElseIsAnsweredLikeOneThatNeverWas(Function<McpClient, Answer> request) {
        String hers = server.alice().call("initialize").session();
        redis.age(hers, 300_000);
        long expires = redis.expires(hers);

        Answer foreign = request.apply(server.bob().in(hers));
        Answer none = request.apply(server.bob().in(hers.substring(0, 18) + "A".repeat(hers.length() - 18)));

        assertThat(foreign.status(), is(404));
        assertThat(timeless(foreign), is(timeless(none)));
        assertThat(redis.expires(hers), is(expires));
        assertThat(server.alice().in(hers).call("ping").status(), is(200));
    }

    private static List<Object> timeless(Answer answer) {
        Map<String, List<String>> headers = new HashMap<>(answer.headers());
        headers.remove("date");
        return List.of(answer.status(), headers, answer.body());
    }
}
