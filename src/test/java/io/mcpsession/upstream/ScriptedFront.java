package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import jakarta.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.containsString;

/** The server in front of a {@link ScriptedPeer}, whose tools it offers under their own names. */
final class ScriptedFront implements AutoCloseable {

    private static final String ASKABLE = "{\"capabilities\":{\"elicitation\":{},\"sampling\":{},\"roots\":{}}}";

    private final Bridged front;

    private ScriptedFront(Bridged front) {
        this.front = front;
    }

    /** Returns when the tools of the other are offered. */
    static ScriptedFront of(URI redis, ScriptedPeer peer, String era, String tool, String... more) {
        Map<String, String> keys = new HashMap<>(Bridged.upstream(peer.endpoint(), "scripted", era));
        keys.put("mcp.upstreams.0.allow", "");
        keys.put("mcp.upstreams.0.refresh", "1s");
        Bridged front = Bridged.on(redis, keys, more);
        try {
            eventually(() -> front.alice().initialized().call("tools/list").body(), containsString('"' + tool + '"'));
        } catch (RuntimeException | AssertionError e) {
            front.close();
            throw e;
        }
        return new ScriptedFront(front);
    }

    McpClient alice() {
        return front.alice();
    }

    URI endpoint() {
        return front.endpoint();
    }

    /** A session of a client that can be asked anything. */
    McpClient askable() {
        return session(ASKABLE);
    }

    McpClient session(String initialize) {
        return alice().in(alice().call("initialize", Json.parseObject(initialize)).session());
    }

    /**
     * Calls a tool and takes what comes on the stream of the call.
     *
     * @param answer told of each question
     * @return all messages, the result last
     */
    static List<JsonObject> call(McpClient session, String tool, Consumer<JsonObject> answer) {
        return call(session, Json.parseObject("{\"name\":\"" + tool + "\",\"_meta\":{\"progressToken\":\"mine\"}}"), answer);
    }

    static List<JsonObject> call(McpClient session, JsonObject params, Consumer<JsonObject> answer) {
        List<JsonObject> messages = new ArrayList<>();
        try (EventSource stream = EventSource.post(session, Json.object().add("jsonrpc", "2.0").add("id", 7)
                .add("method", "tools/call").add("params", params).build().toString())) {
            boolean over = false;
            while (!over) {
                JsonObject message = stream.message().json();
                messages.add(message);
                over = !message.containsKey("method");
                if (message.containsKey("method") && message.containsKey("id")) {
                    answer.accept(message);
                }
            }
        }
        return messages;
    }

    /** The next message of a method. What else comes, such as that lists have changed since the start, is passed over. */
    static JsonObject next(EventSource stream, String method) {
        while (true) {
            JsonObject message = stream.message().json();
            if (message.getString("method", "").equals(method)) {
                return message;
            }
        }
    }

    /** Answers a question with a member, {@code result} or {@code error}. */
    static void answer(McpClient session, JsonObject question, String member, String json) {
        session.post("{\"jsonrpc\":\"2.0\",\"id\":" + question.get("id") + ",\"" + member + "\":" + json + "}");
    }

    @Override
    public void close() {
        front.close();
    }
}
