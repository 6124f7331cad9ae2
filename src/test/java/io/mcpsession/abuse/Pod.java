package io.mcpsession.abuse;

import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server as the pod of {@code k8s/} runs it: in its heap, and on as many processors as wanted. On a Redis of its own. */
final class Pod implements AutoCloseable {

    /** 60 % of 384 MiB. */
    private static final String HEAP = "-Xmx230m";
    private static final String GOOD = "good-secret";
    private static final String ATTACKER = "attacker-secret";
    /** Of the lines that {@code jcmd GC.heap_info} prints for the serial collector. */
    private static final Pattern USED = Pattern.compile("(?:generation|DefNew|Tenured).* used (\\d+)K");

    private final ChildServer server;

    private Pod(ChildServer server) {
        this.server = server;
    }

    /**
     * @param environment settings, besides those of a first start and two users: the good caller and the attacker
     */
    static Pod start(int processors, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(Map.of("MCP_DEV_USER", "good", "MCP_DEV_TOKEN", GOOD,
                "MCP_AUTH_TOKENS_0_USER", "attacker", "MCP_AUTH_TOKENS_0_SHA256", TestServer.sha256(ATTACKER),
                "MCP_LOG_LEVEL", "warning", "MCP_LOG_AUDIT", "false",
                // Both are at one address here.
                "MCP_LIMITS_PER_ADDRESS_RATE", "0"));
        all.putAll(environment);
        // The collector that a JVM chooses in so little memory, and what the image makes of its end.
        ChildServer server = ChildServer.start("io.mcpsession.Main", List.of(HEAP, "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError", "-XX:ActiveProcessorCount=" + processors), all);
        server.banner();
        return new Pod(server);
    }

    McpClient good() {
        return server.client(GOOD);
    }

    /** A user with a token. */
    McpClient attacker() {
        return server.client(ATTACKER);
    }

    String attackersToken() {
        return ATTACKER;
    }

    int publicPort() {
        return server.client(GOOD).endpoint().getPort();
    }

    int internalPort() {
        return Integer.parseInt(server.grpc().substring(server.grpc().lastIndexOf(':') + 1));
    }

    URI admin(String path) {
        return server.admin(path);
    }

    boolean isAlive() {
        return server.isAlive();
    }

    /** Bytes of its heap that are left after a collection. */
    long heap() {
        jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        long kilobytes = 0;
        while (used.find()) {
            kilobytes += Long.parseLong(used.group(1));
        }
        if (kilobytes == 0) {
            throw new AssertionError("no heap in what jcmd says");
        }
        return kilobytes * 1024;
    }

    private String jcmd(String command) {
        try {
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(server.pid()), command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The most memory it ever had, in bytes, as the kernel counts it against a pod's limit. */
    long peak() {
        try {
            return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it logged; it is stopped for that. */
    String stopped() {
        server.close();
        return server.errors();
    }

    @Override
    public void close() {
        server.close();
    }
}
