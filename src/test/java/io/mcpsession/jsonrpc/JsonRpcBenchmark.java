package io.mcpsession.jsonrpc;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Reading and writing of usual messages. Run by {@code mvn -Pbench verify}. */
@State(Scope.Thread)
public class JsonRpcBenchmark {

    private static final String TOOL = "{\"name\":\"note_set\",\"title\":\"Keep a note\",\"description\":\"Keeps a text"
            + " under a name for as long as the session lives.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{"
            + "\"name\":{\"type\":\"string\",\"maxLength\":64},\"text\":{\"type\":\"string\",\"maxLength\":4096}},"
            + "\"required\":[\"name\",\"text\"],\"additionalProperties\":false}}";

    private final byte[] ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}".getBytes(UTF_8);
    private final byte[] call = ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"note_set\","
            + "\"arguments\":{\"name\":\"colour\",\"text\":\"as blue as it gets\"},"
            + "\"_meta\":{\"progressToken\":\"abc\"}}}").getBytes(UTF_8);
    private final JsonValue id = Json.number(1);
    private final JsonObject tools =
            Json.parseObject("{\"tools\":[" + String.join(",", TOOL, TOOL, TOOL, TOOL, TOOL) + "]}");

    @Benchmark
    public Body readPing() {
        return JsonRpc.parse(ping);
    }

    @Benchmark
    public Body readToolCall() {
        return JsonRpc.parse(call);
    }

    @Benchmark
    public byte[] writePong() {
        return Json.bytes(JsonRpc.result(id, JsonValue.EMPTY_JSON_OBJECT));
    }

    @Benchmark
    public byte[] writeFiveTools() {
        return Json.bytes(JsonRpc.result(id, tools));
    }
}
