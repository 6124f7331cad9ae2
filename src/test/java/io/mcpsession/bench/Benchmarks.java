package io.mcpsession.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How fast the server is beside what cannot be faster: {@code mvn -Pbench verify}. In each round all kinds of load take
 * their turn, so that what else the machine does falls on all of them; medians over the rounds are told.
 */
final class Benchmarks {

    static final String OPEN = "steady";

    private static final Path FOLDER = Path.of("target", "bench");
    private static final double SECONDS = Double.parseDouble(System.getProperty("bench.seconds", "1"));
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final List<Integer> CLIENTS =
            Stream.of(System.getProperty("bench.clients", "1,32,256").split(",")).map(Integer::valueOf).toList();
    private static final String ONLY = System.getProperty("bench.only", "");
    private static final List<String> PARTS = List.of(System.getProperty("bench.parts", "micro,load,open").split(","));
    private static final List<String> FLAGS =
            List.of(System.getProperty("bench.java", "-XX:MaxRAMPercentage=20").split(" "));

    private static final int SESSIONS = 1000;
    private static final int WARM_UP_CLIENTS = 32;
    /** For the compiler to be done with the hot paths, on two cores that nobody else uses. */
    private static final double WARM_UP_SECONDS = Math.max(1, 2 * SECONDS);
    /** Of the load that arrives at a steady rate. */
    private static final int PER_SECOND = 1000;
    private static final int MOST_AT_ONCE = 64;
    /** Five thousand requests: the slowest hundredth of fewer says little. */
    private static final double OPEN_SECONDS = 5 * SECONDS;
    /** For about a second each. */
    private static final int RAW_READS = 40_000;
    private static final int RAW_LOOKUPS = 15_000;

    private Benchmarks() {
    }

    public static void main(String[] arguments) throws Exception {
        Files.createDirectories(FOLDER);
        List<Row> rows = new ArrayList<>();
        if (PARTS.contains("micro")) {
            rows.addAll(MicroBenchmarks.run(FOLDER.resolve("micro.csv"), SECONDS));
        }
        if (PARTS.contains("load") || PARTS.contains("open")) {
            try (UnderTest server = UnderTest.start(FLAGS);
                    Kinds kinds = new Kinds(server, SESSIONS);
                    RedisRead read = new RedisRead(server.redis())) {
                rows.addAll(underLoad(server, kinds, read));
            }
        }
        Report report = new Report(rows);
        Files.writeString(FOLDER.resolve("table.md"), report.table() + "\n" + report.goals());
        System.out.println("\n" + report.table() + "\n" + report.goals() + "\nalso in " + FOLDER
                + "/table.md; raw data in " + FOLDER + "/*.csv");
        if (report.errors() > 0) {
            throw new IllegalStateException("the table tells of errors");
        }
    }

    private static List<Row> underLoad(UnderTest server, Kinds kinds, RedisRead read) throws Exception {
        List<Kind> all = chosen(Stream.of(kinds.http(), kinds.flows(), kinds.grpc(), List.of(read.kind()))
                .flatMap(List::stream).toList());
        for (Kind kind : all) {
            say("warming up: " + kind.name());
            Load.closed(kind.calls(), WARM_UP_CLIENTS, WARM_UP_SECONDS);
        }
        List<Row> rows = new ArrayList<>();
        if (PARTS.contains("load")) {
            Optional<RedisTool> tool = RedisTool.find(server.redis());
            List<String> lookup = tool.isPresent() ? lookup(server) : List.of();
            if (tool.isEmpty()) {
                say("no redis-benchmark on the PATH: what Redis alone can do is not measured");
            }
            Samples samples = new Samples();
            for (int clients : CLIENTS) {
                for (int round = 1; round <= ROUNDS; round++) {
                    say(clients + " clients, round " + round + " of " + ROUNDS);
                    for (Kind kind : all) {
                        samples.add(kind.group(), kind.name(), Integer.toString(clients), kind.beside(),
                                measured(server, kind, () -> Load.closed(kind.calls(), clients, SECONDS)));
                    }
                    if (tool.isPresent()) {
                        raw(tool.get(), clients, lookup, samples);
                    }
                }
            }
            rows.addAll(samples.rows(FOLDER.resolve("load.csv")));
        }
        if (PARTS.contains("open")) {
            rows.addAll(steady(server, chosen(kinds.http())));
        }
        return rows;
    }

    /** Those asked for; yardsticks always. */
    private static List<Kind> chosen(List<Kind> kinds) {
        return kinds.stream()
                .filter(kind -> kind.beside() == Beside.YARDSTICK || kind.name().startsWith(ONLY))
                .toList();
    }

    private static List<Row> steady(UnderTest server, List<Kind> kinds) throws Exception {
        Samples samples = new Samples();
        for (int round = 1; round <= ROUNDS; round++) {
            say(PER_SECOND + " a second, round " + round + " of " + ROUNDS);
            for (Kind kind : kinds) {
                samples.add(OPEN, kind.name(), PER_SECOND + "/s", kind.beside(), measured(server, kind,
                        () -> Load.open(kind.calls(), MOST_AT_ONCE, PER_SECOND, OPEN_SECONDS)));
            }
        }
        return samples.rows(FOLDER.resolve("steady.csv"));
    }

    private static void raw(RedisTool tool, int clients, List<String> lookup, Samples samples) throws IOException {
        samples.add(Kind.REDIS, "redis-benchmark, GET", Integer.toString(clients), Beside.YARDSTICK,
                tool.run(clients, (int) (RAW_READS * SECONDS), List.of("GET", RedisRead.KEY)));
        samples.add(Kind.REDIS, "redis-benchmark, the lookup script", Integer.toString(clients), Beside.REQUEST,
                tool.run(clients, (int) (RAW_LOOKUPS * SECONDS), lookup));
    }

    /** The command that a ping in a session costs, taken from the wire, so that it is the real one. */
    private static List<String> lookup(UnderTest server) throws IOException {
        try (RedisMonitor monitor = new RedisMonitor(server.redis());
                Connection connection = new Connection(server.mcp())) {
            String session = McpRequests.session(connection, 0);
            connection.succeed(McpRequests.in(session, 0, McpRequests.PING));
            List<List<String>> seen = monitor.until(
                    command -> command.getFirst().equalsIgnoreCase("evalsha") && command.contains(session)
                            && command.get(2).equals("5"));
            return seen.getLast();
        }
    }

    @FunctionalInterface
    private interface Measured {
        Load run() throws Exception;
    }

    private static Figures measured(UnderTest server, Kind kind, Measured work) throws Exception {
        UnderTest.Counted before = server.counted();
        Load load = work.run();
        if (kind.group().equals(Kind.REDIS)) {
            // The server has no part in it.
            return Figures.of(load.rate(), load.millis(0.5), load.millis(0.99), load.millis(0.999), load.errors());
        }
        return Figures.of(load, server.counted().since(before, load.requests()));
    }

    private static void say(String what) {
        System.out.println("bench: " + what);
    }
}
