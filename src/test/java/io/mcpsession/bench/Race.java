package io.mcpsession.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * This server beside other MCP servers, each in a process of its own, under the same load: see {@code src/test/race}.
 * In each round all take their turn; medians are told.
 */
final class Race {

    private static final int CLIENTS = Integer.getInteger("bench.clients", 32);
    private static final double SECONDS = Double.parseDouble(System.getProperty("bench.seconds", "1"));
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final double WARM_UP_SECONDS = Math.max(1, 2 * SECONDS);
    private static final int[] CALLS = {1, 10, 100};
    private static final Path FOLDER = Path.of("target", "race");

    private final List<Racer> racers = new ArrayList<>();

    private Race() {
    }

    /**
     * @param arguments a file with a line for each other server, and the flags of this one's JVM
     */
    public static void main(String[] arguments) throws Exception {
        Files.createDirectories(FOLDER);
        Race race = new Race();
        try {
            race.start(Files.readAllLines(Path.of(arguments[0])), Stream.of(arguments).skip(1).toList());
            Report report = new Report(race.run());
            String table = report.table();
            Files.writeString(FOLDER.resolve("table.md"), table);
            System.out.println("\n" + table + "\nalso in " + FOLDER + "/table.md; raw data in " + FOLDER + "/race.csv");
            if (report.errors() > 0) {
                throw new IllegalStateException("the table tells of errors");
            }
        } finally {
            race.close();
        }
    }

    private void start(List<String> others, List<String> flags) throws IOException {
        Racer ours = Racer.ours(UnderTest.start(flags));
        racers.add(ours);
        String answer = ours.tools();
        Path file = FOLDER.resolve("tools.json");
        // The tools alone: what follows the answer's first members up to its end.
        Files.writeString(file, answer.substring(answer.indexOf("\"result\":") + "\"result\":".length(),
                answer.length() - 1));
        for (String line : others) {
            Racer racer = Racer.start(line, file);
            racers.add(racer);
            System.out.printf(Locale.ROOT, "race: %s answers tools/list with %d bytes, this server with %d%n",
                    racer.name(), racer.tools().length(), answer.length());
        }
    }

    private static Map<String, Caller.Maker> loads(Racer racer) {
        Map<String, Caller.Maker> loads = new LinkedHashMap<>();
        loads.put("ping", racer.pings());
        for (int calls : CALLS) {
            loads.put("session of " + calls + " × tools/list", racer.flow(calls));
        }
        return loads;
    }

    private List<Row> run() throws Exception {
        for (Racer racer : racers) {
            System.out.println("race: warming up " + racer.name());
            for (Caller.Maker load : loads(racer).values()) {
                Load.closed(load, CLIENTS, WARM_UP_SECONDS);
            }
        }
        Samples samples = new Samples();
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.println("race: round " + round + " of " + ROUNDS);
            for (Racer racer : racers) {
                for (var load : loads(racer).entrySet()) {
                    double before = racer.cpuMillis();
                    Load done = Load.closed(load.getValue(), CLIENTS, SECONDS);
                    samples.add(load.getKey(), racer.name(), Integer.toString(CLIENTS),
                            racer == racers.getFirst() ? Beside.YARDSTICK : Beside.REQUEST,
                            Figures.of(done, racer.cpuMillis() - before));
                }
            }
        }
        List<Row> rows = samples.rows(FOLDER.resolve("race.csv"));
        return loads(racers.getFirst()).keySet().stream()
                .flatMap(load -> rows.stream().filter(row -> row.group().equals(load))).toList();
    }

    private void close() throws IOException {
        for (Racer racer : racers) {
            racer.close();
        }
    }
}
