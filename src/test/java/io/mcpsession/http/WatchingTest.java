package io.mcpsession.http;

import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.mcpsession.http.Cell.params;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Clients that watch resources and lists. */
@ExtendWith(FixtureServer.Shared.class)
@Timeout(60)
class WatchingTest {

    private static final JsonObject WATCHED = params("uri", "test://watched-resource");
    private static final String SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

    private final McpClient alice;

    WatchingTest(FixtureServer server) {
        this.alice = server.alice();
    }

    @Test
    void anUpdateRightAfterTheSubscriptionIsHeardAndOneAfterItsEndIsNot() {
        String id = alice.call("initialize").session();
        McpClient session = alice.in(id);
        try (EventSource stream = EventSource.get(alice.in(id))) {
            stream.next();
            for (int round = 0; round < 20; round++) {
                session.call("resources/subscribe", WATCHED);
                session.tool("test_trigger_resource_update");
                assertThat("round " + round, method(stream.message().json()), is("notifications/resources/updated"));

                session.call("resources/unsubscribe", WATCHED);
                session.tool("test_trigger_resource_update");
                session.tool("test_trigger_prompt_change");
                assertThat("round " + round, method(stream.message().json()), is("notifications/prompts/list_changed"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"tool,notifications/tools/list_changed", "prompt,notifications/prompts/list_changed",
            "resource,notifications/resources/list_changed"})
    void aChangedListIsToldToASession(String list, String notification) {
        String id = alice.call("initialize").session();
        try (EventSource stream = EventSource.get(alice.in(id))) {
            stream.next();

            alice.in(id).tool("test_trigger_" + list + "_change");

            assertThat(stream.message().json().toString(),
                    is("{\"jsonrpc\":\"2.0\",\"method\":\"" + notification + "\"}"));
        }
    }

    @Test
    void aListenerHearsWhatItAskedForAndNothingElse() {
        try (EventSource stream = listen("\"toolsListChanged\":true,\"ofTomorrow\":true,"
                + "\"resourceSubscriptions\":[\"test://watched-resource\"]")) {
            JsonObject acknowledged = stream.message().json();
            assertThat(method(acknowledged), is("notifications/subscriptions/acknowledged"));
            assertThat(acknowledged.getJsonObject("params").getJsonObject("notifications").toString(), is(
                    "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"test://watched-resource\"]}"));

            Stateless client = Stateless.of(alice);
            client.tool("test_trigger_prompt_change");
            client.tool("test_trigger_resource_change");
            client.tool("test_trigger_resource_update");
            client.tool("test_trigger_tool_change");

            assertThat(method(stream.message().json()), is("notifications/resources/updated"));
            assertThat(method(stream.message().json()), is("notifications/tools/list_changed"));
        }
    }

    @Test
    void everyMessageToAListenerNamesItsRequestAsItCame() {
        try (EventSource stream = listen("\"promptsListChanged\":true")) {
            assertThat(subscription(stream.message().json()), is("1"));

            Stateless.of(alice).tool("test_trigger_prompt_change");

            assertThat(subscription(stream.message().json()), is("1"));
        }
    }

    private EventSource listen(String notifications) {
        Stateless client = Stateless.of(alice);
        String request = client.request("subscriptions/listen", params())
                .replaceFirst("\"params\":\\{", "\"params\":{\"notifications\":{" + notifications + "},");
        return EventSource.post(alice.with(Stateless.headers("subscriptions/listen", params())), request);
    }

    private static String method(JsonObject message) {
        return message.getString("method");
    }

    private static String subscription(JsonObject message) {
        return message.getJsonObject("params").getJsonObject("_meta").get(SUBSCRIPTION).toString();
    }
}
