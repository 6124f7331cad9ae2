package io.mcpsession.upstream;

import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.InterruptedCallException;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.jsonrpc.JsonLimits;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.mcpclient.PeerConfig;
import io.mcpsession.mcpclient.PeerSession;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.is;

/** A session that is ended right after a call of it was cancelled: a server that knows it no more takes no cancel. */
@Timeout(30)
class CancelBeforeEndTest {

    @Test
    void theEndWaitsForTheCancel() throws InterruptedException {
        try (StatefulPeer there = new StatefulPeer(); McpPeer peer = new McpPeer(config(there), "1",
                new ByteBudget(1 << 24, 1 << 24, Duration.ofSeconds(1)))) {
            PeerSession session = peer.open(Map.of(), JsonValue.EMPTY_JSON_OBJECT).session();
            there.cancelSlowly();
            Thread call = Thread.ofVirtual().start(() -> {
                try {
                    peer.call(Map.of(), session, "tools/call", json("{\"name\":\"hang\"}"), Incoming.NONE);
                } catch (InterruptedCallException e) {
                    peer.end(Map.of(), session);
                }
            });
            eventually(there::runs, is(1));

            call.interrupt();
            call.join();

            eventually(there::heard, is(List.of("notifications/cancelled", "DELETE")));
        }
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    private static PeerConfig config(StatefulPeer there) {
        return new PeerConfig(there.endpoint(), Map.of(), PeerConfig.EraChoice.SESSION, Duration.ofSeconds(5), 1_000_000,
                JsonLimits.USUAL_VALUES);
    }
}
