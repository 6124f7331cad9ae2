package io.mcpsession.stage;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A replica in a process of its own, which keeps its port whenever it is started anew. */
final class Replica {

    private static final long LONGEST_STOP_SECONDS = 30;

    private final int port;
    private final Map<String, String> settings;
    private Process process;

    Replica(String name, int port, Map<String, String> settings) {
        this.port = port;
        this.settings = new HashMap<>(settings);
        this.settings.putAll(Map.of("MCP_REPLICA", name, "SERVER_SOCKETS_0_PORT", Integer.toString(port)));
    }

    int port() {
        return port;
    }

    void set(String variable, String value) {
        settings.put(variable, value);
    }

    /** Returns when it serves. */
    void start() throws IOException {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"),
                ReplicaServer.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(settings);
        process = builder.start();
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        if (!ReplicaServer.READY.equals(line)) {
            throw new IllegalStateException("a replica did not start: " + line);
        }
    }

    /** SIGTERM, and waits until it has ended. */
    void stop() throws InterruptedException {
        // Process.destroy would close the pipes too, and the end of its standard input would end it at once.
        process.toHandle().destroy();
        if (!process.waitFor(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IllegalStateException("a replica did not end within " + LONGEST_STOP_SECONDS + " s");
        }
    }

    void kill() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
