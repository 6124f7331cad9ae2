package io.mcpsession.bench;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The whole server under load over real sockets, beside a route of the same web server that does nothing. No test:
 * {@code mvn test -Dtest=HttpBenchmark}. In each round all kinds of load take their turn, so that what else the machine
 * does falls on all of them; medians over the rounds are told.
 */
class HttpBenchmark {

    private static final double SECONDS = Double.parseDouble(System.getProperty("bench.seconds", "2"));
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final String CLIENTS = System.getProperty("bench.clients", "1,32,256");
    private static final int SESSIONS = 1000;
    private static final String PATH = "/api/mcp";
    private static final String[] ALICE = {"Authorization", "Bearer " + TestServer.ALICE,
            "Accept", "application/json, text/event-stream"};
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
            + "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
            + "\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}";
    private static final String DISCOVER = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{"
            + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";

    private EmbeddedRedis redis;
    private Process server;
    private int mcp;
    private int yardstick;

    @BeforeEach
    void start() throws IOException {
        redis = EmbeddedRedis.start();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of(System.getProperty("bench.java", "-XX:MaxRAMPercentage=20").split(" ")));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BenchServer.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(Map.of("MCP_STORE_REDIS_MODE", "single",
                "MCP_STORE_REDIS_ADDRESS", redis.address().toString(), "MCP_LOG_AUDIT", "false",
                "MCP_AUTH_TOKENS_0_USER", "alice", "MCP_AUTH_TOKENS_0_SHA256", TestServer.sha256(TestServer.ALICE)));
        server = builder.start();
        BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("ready ")) {
            line = out.readLine();
        }
        String[] ports = String.valueOf(line).split(" ");
        mcp = Integer.parseInt(ports[1]);
        yardstick = Integer.parseInt(ports[3]);
    }

    @AfterEach
    void stop() throws Exception {
        server.getOutputStream().close();
        if (!server.waitFor(10, TimeUnit.SECONDS)) {
            server.destroyForcibly();
        }
        redis.close();
    }

    private record Kind(int port, Connection.Work work) {
    }

    /** What a round of one kind of load showed. */
    private record Round(Load load, double cpuMillis, double allocated, double commands) {
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void measure() throws Exception {
        Map<String, Kind> kinds = kinds();
        for (Kind kind : kinds.values()) {
            Load.run(kind.port, 32, kind.work, 3 * SECONDS);
        }
        StringBuilder raw = new StringBuilder();
        for (String clients : CLIENTS.split(",")) {
            compare(kinds, Integer.parseInt(clients), raw);
        }
        Path file = Path.of("target", "bench-http.csv");
        Files.writeString(file, "clients,kind,round,requests,errors,seconds,p50_ms,p99_ms,p999_ms,cpu_ms,allocated,commands\n"
                + raw);
        System.out.println("raw data: " + file);
    }

    private Map<String, Kind> kinds() throws IOException {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put("echo (yardstick)", new Kind(yardstick, Connection.Work.of(Connection.request("/echo", PING, ALICE))));
        byte[][] pings = new byte[SESSIONS][];
        byte[] list = null;
        try (Connection connection = new Connection(mcp)) {
            for (int i = 0; i < SESSIONS; i++) {
                connection.exchange(Connection.request(PATH, INITIALIZE, ALICE));
                pings[i] = in(connection.session(), PING);
                list = in(connection.session(), LIST);
            }
        }
        kinds.put("ping, one session", new Kind(mcp, Connection.Work.of(pings[0])));
        kinds.put("ping, 1,000 sessions", new Kind(mcp, Connection.Work.of(
                () -> pings[ThreadLocalRandom.current().nextInt(SESSIONS)])));
        kinds.put("tools/list", new Kind(mcp, Connection.Work.of(list)));
        kinds.put("tools/list, stateless", new Kind(mcp, Connection.Work.of(Connection.request(PATH, DISCOVER,
                with("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/list")))));
        kinds.put("initialize", new Kind(mcp, Connection.Work.of(Connection.request(PATH, INITIALIZE, ALICE))));
        for (int calls : new int[] {1, 10, 100}) {
            kinds.put("initialize + " + calls + " × tools/list", new Kind(mcp, flow(calls)));
        }
        return kinds;
    }

    private static byte[] in(String session, String body) {
        return Connection.request(PATH, body, with("Mcp-Session-Id", session));
    }

    private static String[] with(String... more) {
        List<String> headers = new ArrayList<>(List.of(ALICE));
        headers.addAll(List.of(more));
        return headers.toArray(String[]::new);
    }

    private static Connection.Work flow(int calls) {
        Connection.Work initialize = Connection.Work.of(Connection.request(PATH, INITIALIZE, ALICE));
        return connection -> {
            int done = initialize.once(connection);
            Connection.Work call = Connection.Work.of(in(connection.session(), LIST));
            for (int i = 0; i < calls; i++) {
                done += call.once(connection);
            }
            return done;
        };
    }

    private void compare(Map<String, Kind> kinds, int clients, StringBuilder raw) throws Exception {
        Map<String, List<Round>> rounds = new LinkedHashMap<>();
        for (int i = 0; i < ROUNDS; i++) {
            for (var kind : kinds.entrySet()) {
                Round round = round(kind.getValue(), clients);
                rounds.computeIfAbsent(kind.getKey(), _ -> new ArrayList<>()).add(round);
                Load load = round.load;
                raw.append(String.format(Locale.ROOT, "%d,\"%s\",%d,%d,%d,%.3f,%.3f,%.3f,%.3f,%.1f,%.0f,%.2f%n", clients,
                        kind.getKey(), i, load.requests(), load.errors(), load.seconds(), load.millis(0.5),
                        load.millis(0.99), load.millis(0.999), round.cpuMillis, round.allocated, round.commands));
            }
        }
        double echo = median(rounds.get("echo (yardstick)"), round -> round.load.rate());
        rounds.forEach((name, all) -> System.out.printf(Locale.ROOT, "bench %3d  %-28s %8.0f/s %5.2f of echo  p50 %7.2f"
                        + "  p99 %7.2f  p99.9 %7.2f ms  %d errors  %6.0f ms CPU/1,000  %6.0f bytes  %.2f commands%n",
                clients, name, median(all, round -> round.load.rate()), median(all, round -> round.load.rate()) / echo,
                median(all, round -> round.load.millis(0.5)), median(all, round -> round.load.millis(0.99)),
                median(all, round -> round.load.millis(0.999)),
                all.stream().mapToLong(round -> round.load.errors()).sum(), median(all, Round::cpuMillis),
                median(all, Round::allocated), median(all, Round::commands)));
    }

    private Round round(Kind kind, int clients) throws Exception {
        Counted before = counted();
        Load load = Load.run(kind.port, clients, kind.work, SECONDS);
        Counted after = counted();
        double requests = Math.max(1, load.requests());
        return new Round(load, (after.cpu - before.cpu) / requests * 1000,
                (after.allocated - before.allocated) / requests, (after.commands - before.commands) / requests);
    }

    /** The server's processor time in milliseconds, bytes allocated, and commands Redis was sent. */
    private record Counted(long cpu, long allocated, long commands) {
    }

    private Counted counted() throws IOException {
        String allocated;
        try (var in = URI.create("http://127.0.0.1:" + yardstick + "/allocated").toURL().openStream()) {
            allocated = new String(in.readAllBytes(), UTF_8);
        }
        return new Counted(server.info().totalCpuDuration().orElse(Duration.ZERO).toMillis(), Long.parseLong(allocated),
                RedisCounter.commands(redis.address()));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return rounds.stream().mapToDouble(figure).sorted().skip(rounds.size() / 2).findFirst().orElseThrow();
    }
}
