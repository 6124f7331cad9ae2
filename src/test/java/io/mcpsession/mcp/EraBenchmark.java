package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Telling the era of a request. Run by {@code mvn -Pbench verify}. */
@State(Scope.Thread)
public class EraBenchmark {

    private final Message.Request inSession = request("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
    private final RoutingHeaders ofSession =
            new RoutingHeaders(Optional.of("2025-11-25"), Optional.empty(), Optional.empty(), Map.of());
    private final Message.Request stateless = request("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
            + "\"params\":{\"name\":\"t\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}");
    private final RoutingHeaders ofStateless =
            new RoutingHeaders(Optional.of("2026-07-28"), Optional.of("tools/call"), Optional.of("t"), Map.of());

    private static Message.Request request(String json) {
        return (Message.Request) ((Body.Single) JsonRpc.parse(json.getBytes(UTF_8))).message();
    }

    @Benchmark
    public Era session() {
        return Era.of(inSession, ofSession);
    }

    @Benchmark
    public Era stateless() {
        return Era.of(stateless, ofStateless);
    }
}
