package io.mcpsession.bench;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.PlainRedis;
import io.mcpsession.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A {@link BenchServer} in a process of its own, with a Redis of its own. */
final class UnderTest implements AutoCloseable {

    /** So that not all sessions lie in the partition of one user. */
    static final int USERS = 16;

    private static final Pattern SENT = Pattern.compile("cmdstat_(?:evalsha|eval):calls=(\\d+)");
    private static final Pattern BYTES = Pattern.compile("total_net_(?:input|output)_bytes:(\\d+)");

    private final EmbeddedRedis redis;
    private final Process process;
    private final int[] ports = new int[3];

    private UnderTest(EmbeddedRedis redis, Process process) {
        this.redis = redis;
        this.process = process;
    }

    /**
     * What the server and its Redis have done so far.
     *
     * @param cpuMillis time of the processor, of the server's process
     * @param allocated bytes, of the server's process
     * @param commands  that Redis was sent; what its scripts do inside is not among them
     * @param bytes     to Redis and back
     */
    record Counted(double cpuMillis, double allocated, double commands, double bytes) {

        /** What was done since, for each of so many. */
        Counted since(Counted before, double requests) {
            double each = Math.max(1, requests);
            return new Counted((cpuMillis - before.cpuMillis) / each, (allocated - before.allocated) / each,
                    (commands - before.commands) / each, (bytes - before.bytes) / each);
        }
    }

    /**
     * @param flags of the server's JVM, besides those it needs
     */
    static UnderTest start(List<String> flags) throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.start();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BenchServer.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("MCP_") || name.startsWith("SERVER_"));
        variables.putAll(Map.of("MCP_STORE_REDIS_MODE", "single",
                "MCP_STORE_REDIS_ADDRESS", redis.address().toString(), "MCP_LOG_AUDIT", "false"));
        for (int user = 0; user < USERS; user++) {
            variables.put("MCP_AUTH_TOKENS_" + user + "_USER", user(user));
            variables.put("MCP_AUTH_TOKENS_" + user + "_SHA256", TestServer.sha256(token(user)));
        }
        UnderTest started = new UnderTest(redis, builder.start());
        try {
            started.awaitReady();
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    static String user(int number) {
        return "user-" + number;
    }

    static String token(int number) {
        return "secret-of-" + number;
    }

    private void awaitReady() throws IOException {
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        while (line != null && !line.startsWith("ready ")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the server ended before it was ready");
        }
        String[] words = line.split(" ");
        for (int i = 0; i < ports.length; i++) {
            ports[i] = Integer.parseInt(words[i + 1]);
        }
    }

    int mcp() {
        return ports[0];
    }

    int grpc() {
        return ports[1];
    }

    /** Where the yardsticks of HTTP and gRPC are. */
    int yardstick() {
        return ports[2];
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    URI redis() {
        return redis.address();
    }

    Counted counted() throws IOException {
        String allocated;
        try (var in = URI.create("http://127.0.0.1:" + yardstick() + "/allocated").toURL().openStream()) {
            allocated = new String(in.readAllBytes(), UTF_8);
        }
        try (PlainRedis plain = new PlainRedis(redis())) {
            return new Counted(process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis(),
                    Long.parseLong(allocated), sum(SENT, plain.call("INFO", "commandstats").orElseThrow()),
                    sum(BYTES, plain.call("INFO", "stats").orElseThrow()));
        }
    }

    private static long sum(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results().mapToLong(match -> Long.parseLong(match.group(1))).sum();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        redis.close();
    }
}
