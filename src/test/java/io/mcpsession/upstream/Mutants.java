package io.mcpsession.upstream;

import com.sun.net.httpserver.HttpServer;
import io.mcpsession.testing.ScriptedServer;
import io.mcpsession.testing.ScriptedServer.Asked;
import io.mcpsession.testing.ScriptedServer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.greaterThan;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A healthy server and others each of whose answers has one thing changed, another in every round. The changes are the
 * same each time they are made.
 */
final class Mutants implements AutoCloseable {

    static final int MUTANTS = 50;
    static final int ROUNDS = 10;

    private static final String META = "\"_meta\": {\"a.b/c\": {\"d\": [1, null]}}";
    private static final String ICONS = "\"icons\": [{\"src\": \"https://a.b/i.png\", \"mimeType\": \"image/png\", \"sizes\": [\"48x48\"], \"theme\": \"dark\"}]";
    private static final String NOTES = "\"annotations\": {\"audience\": [\"user\"], \"priority\": 0.5, \"lastModified\": \"2025-01-12T15:00:58Z\"}";
    private static final String SCHEMA = """
            {"type": "object", "properties": {"a": {"type": "string", "pattern": "^[a-z]+$"}, "b": {"$ref": "#/$defs/n"}},
             "required": ["a"], "$defs": {"n": {"type": ["number", "null"], "minimum": 0}}}""";

    private static final Map<String, String> ANSWERS = Map.of(
            "initialize", """
                    {"protocolVersion": "2025-11-25", "capabilities": {"tools": {"listChanged": false}, "resources": {},
                     "prompts": {}, "completions": {}}, "serverInfo": {"name": "mutant", "version": "1"}}""",
            "tools/list", """
                    {"tools": [{"name": "echo", "title": "Echo", "description": "Echoes.", "inputSchema": %s, "outputSchema": %s,
                     "annotations": {"title": "E", "readOnlyHint": true, "idempotentHint": true}, %s, %s,
                     "execution": {"taskSupport": "optional"}}, {"name": "other", "inputSchema": {"type": "object"}}]}"""
                    .formatted(SCHEMA, SCHEMA, ICONS, META),
            "resources/list", """
                    {"resources": [{"uri": "m://a", "name": "a", "title": "A", "description": "It.", "mimeType": "text/plain",
                     "size": 3, %s, %s, %s}]}""".formatted(NOTES, ICONS, META),
            "resources/templates/list", """
                    {"resourceTemplates": [{"uriTemplate": "m://t/{x}", "name": "t", "title": "T", "description": "It.",
                     "mimeType": "text/plain", %s, %s, %s}]}""".formatted(NOTES, ICONS, META),
            "prompts/list", """
                    {"prompts": [{"name": "ask", "title": "Ask", "description": "Asks.", "arguments":
                     [{"name": "who", "title": "Who", "description": "It.", "required": false}], %s, %s}]}"""
                    .formatted(ICONS, META),
            "tools/call", """
                    {"content": [{"type": "text", "text": "done", %s, %s}, {"type": "image", "data": "aGk=", "mimeType": "image/png"},
                     {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
                     {"type": "resource_link", "uri": "m://a", "name": "a", "mimeType": "text/plain", "size": 3},
                     {"type": "resource", "resource": {"uri": "m://a", "mimeType": "text/plain", "text": "hi"}}],
                     "structuredContent": {"a": "b", "b": 1}, "isError": false, %s}""".formatted(NOTES, META, META),
            "resources/read", """
                    {"contents": [{"uri": "m://a", "mimeType": "text/plain", "text": "hi", %s}, {"uri": "m://a", "blob": "aGk="}]}"""
                    .formatted(META),
            "prompts/get", """
                    {"description": "Asks.", "messages": [{"role": "user", "content": {"type": "text", "text": "hi"}},
                     {"role": "assistant", "content": {"type": "image", "data": "aGk=", "mimeType": "image/png"}}]}""",
            "completion/complete", """
                    {"completion": {"values": ["a", "b"], "total": 2, "hasMore": false}}""");

    private final ScriptedServer healthy = new ScriptedServer();
    private final List<ScriptedServer> mutants = new ArrayList<>();
    private final List<Map<String, Mutation>> mutations = new ArrayList<>();

    Mutants() {
        for (int i = 0; i < MUTANTS; i++) {
            Map<String, Mutation> mine = new ConcurrentHashMap<>();
            ScriptedServer peer = new ScriptedServer();
            ANSWERS.forEach((method, answer) -> peer.on(method, asked -> reply(mine, asked, answer)));
            mutants.add(peer);
            mutations.add(mine);
        }
    }

    private static Reply reply(Map<String, Mutation> mutations, Asked asked, String result) {
        String right = asked.answer(result);
        Mutation mutation = mutations.get(asked.method());
        Reply reply = mutation == null ? Reply.json(200, right) : mutation.applied(right);
        return asked.method().equals("initialize") ? reply.with("Mcp-Session-Id", "s") : reply;
    }

    /** Settings of a server that has them all behind it, the healthy one first. */
    Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        add(settings, 0, "healthy", healthy.endpoint(), "h_");
        for (int i = 0; i < MUTANTS; i++) {
            add(settings, i + 1, "mutant-" + i, mutants.get(i).endpoint(), "m" + i + "_");
        }
        return settings;
    }

    private static void add(Map<String, String> settings, int number, String name, URI url, String prefix) {
        String key = "mcp.upstreams." + number + ".";
        settings.putAll(Map.of(key + "name", name, key + "url", url.toString(), key + "prefix", prefix,
                key + "era", "session", key + "refresh", "1s", key + "timeout", "5s"));
    }

    /** From now on each says something else wrong. Returns when all were asked for their lists since. */
    void round(int round) {
        for (int i = 0; i < MUTANTS; i++) {
            Random random = new Random(1000L * round + i);
            Map<String, Mutation> next = new HashMap<>();
            // One answer of those that make up a look, which is what others could suffer from, or one of a call.
            List<String> methods = ANSWERS.keySet().stream().sorted().toList();
            String method = methods.get((round + i) % methods.size());
            next.put(method, Mutation.random(random, Mutation.nodes("{\"jsonrpc\": \"2.0\", \"id\": \"x\", \"result\": "
                    + ANSWERS.get(method) + "}")));
            mutations.get(i).clear();
            mutations.get(i).putAll(next);
        }
        List<Long> before = IntStream.range(0, MUTANTS).mapToObj(this::looks).toList();
        IntStream.range(0, MUTANTS).forEach(i -> eventually(() -> looks(i), greaterThan(before.get(i) + 1)));
    }

    private long looks(int mutant) {
        return mutants.get(mutant).count("initialize") + mutants.get(mutant).count("tools/list");
    }

    /** What is wrong in this round, for the message of a failure. */
    String wrong() {
        return mutations.toString();
    }

    @Override
    public void close() {
        healthy.close();
        mutants.forEach(ScriptedServer::close);
    }

    /** For clients of other languages: prints settings as variables, and begins a round with each request. */
    public static void main(String... args) throws IOException, InterruptedException {
        Mutants mutants = new Mutants();
        HttpServer control = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        control.createContext("/", exchange -> {
            try (exchange) {
                mutants.round(Integer.parseInt(exchange.getRequestURI().getPath().substring(1)));
                byte[] wrong = mutants.wrong().getBytes(UTF_8);
                exchange.sendResponseHeaders(200, wrong.length);
                exchange.getResponseBody().write(wrong);
            }
        });
        control.start();
        mutants.settings().forEach((key, value) -> System.out.println("export "
                + key.toUpperCase(Locale.ROOT).replace('.', '_') + "=" + value));
        System.out.println("ready http://127.0.0.1:" + control.getAddress().getPort());
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }
}
