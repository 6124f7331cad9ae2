package io.mcpsession.upstream;

import io.mcpsession.handler.Offering;
import io.mcpsession.http.WaitingTool;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Callers that leave while the server behind this one works for them: it hears of it as if they had called it directly. */
@Timeout(60)
class DepartedCallerTest {

    private static final JsonObject WAIT = Json.createObjectBuilder().add("name", WaitingTool.NAME).build();

    @ParameterizedTest
    @ValueSource(strings = {"stateless", "session"})
    void theServerBehindHearsOfItAtOnce(String era) {
        WaitingTool tool = new WaitingTool();
        try (TestServer behind = TestServer.embedded(Map.of(), Offering.ofTools(List.of(tool)));
             TestServer front = TestServer.embedded(keys(behind, era), Offering.ofTools(List.of()))) {
            eventually(() -> Stateless.of(front.alice()).call("tools/list").body(),
                    containsString('"' + WaitingTool.NAME + '"'));
            HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            http.sendAsync(call(front), BodyHandlers.ofString());
            eventually(tool::waiting, is(1));

            long begin = System.nanoTime();
            http.shutdownNow();

            eventually(tool::cancelled, is(1));
            assertThat(Duration.ofNanos(System.nanoTime() - begin), lessThan(Duration.ofSeconds(1)));
        }
    }

    private static HttpRequest call(TestServer front) {
        return HttpRequest.newBuilder(front.endpoint())
                .headers(Stateless.headers("tools/call", WAIT))
                .headers("Authorization", "Bearer " + TestServer.ALICE, "Content-Type", "application/json",
                        "Accept", "application/json, text/event-stream")
                .POST(BodyPublishers.ofString(Stateless.of(front.alice()).request("tools/call", WAIT)))
                .build();
    }

    private static Map<String, String> keys(TestServer behind, String era) {
        Map<String, String> keys = new HashMap<>(Bridged.upstream(behind.endpoint(), "behind", era));
        keys.put("mcp.upstreams.0.allow", WaitingTool.NAME);
        return keys;
    }
}
