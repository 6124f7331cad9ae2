package io.mcpsession.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Redis' own load generator, which comes with Redis' packages but not with the embedded Redis. */
final class RedisTool {

    private static final String NAME = "redis-benchmark";

    private final Path executable;
    private final URI redis;

    private RedisTool(Path executable, URI redis) {
        this.executable = executable;
        this.redis = redis;
    }

    /** Empty where it is not on the PATH. */
    static Optional<RedisTool> find(URI redis) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, NAME))
                .filter(Files::isExecutable)
                .findFirst()
                .map(executable -> new RedisTool(executable, redis));
    }

    /** Sends a command again and again. */
    Figures run(int clients, int requests, List<String> command) throws IOException {
        List<String> line = new ArrayList<>(List.of(executable.toString(), "-h", redis.getHost(), "-p",
                Integer.toString(redis.getPort()), "-c", Integer.toString(clients), "-n", Integer.toString(requests),
                "--csv", "-e"));
        line.addAll(command);
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String last = "";
        try (BufferedReader out = process.inputReader()) {
            for (String text = out.readLine(); text != null; text = out.readLine()) {
                if (text.startsWith("Error")) {
                    throw new IOException(NAME + " said: " + text);
                }
                last = text;
            }
        }
        return parse(last);
    }

    /** Title, requests a second, then milliseconds: average, least, p50, p95, p99, most. The title may hold commas. */
    private static Figures parse(String csv) throws IOException {
        String[] fields = csv.split("\",\"");
        int length = fields.length;
        if (length < 8) {
            throw new IOException(NAME + " said: " + csv);
        }
        return Figures.of(Double.parseDouble(fields[length - 7]), Double.parseDouble(fields[length - 4]),
                Double.parseDouble(fields[length - 2]), Double.NaN, 0);
    }
}
