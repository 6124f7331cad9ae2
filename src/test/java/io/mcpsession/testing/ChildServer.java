package io.mcpsession.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The application as a user starts it: a process of its own, told what to do by its environment. */
public final class ChildServer implements AutoCloseable {

    private static final Pattern MCP = Pattern.compile("(?:MCP +|mcp=)(http://\\S+)");
    private static final Pattern GRPC = Pattern.compile("(?:gRPC +|grpc=)(\\S+)");
    private static final Pattern ADMIN = Pattern.compile("(?:admin +|admin=)http://([^/\\s]+)");

    private final Process process;
    private final CompletableFuture<String> banner = new CompletableFuture<>();
    private final CompletableFuture<String> output = new CompletableFuture<>();
    private final CompletableFuture<String> errors = new CompletableFuture<>();

    private ChildServer(Process process, boolean embedded) {
        this.process = process;
        Thread.ofVirtual().name("child-output").start(() -> readOutput(process.inputReader(), embedded));
    }

    /** Starts it on free ports, unless the environment says otherwise. */
    public static ChildServer start(Map<String, String> environment) {
        return start("io.mcpsession.Main", environment);
    }

    /** The same without anybody who reads its standard error, until {@link #read}. */
    public static ChildServer startUnread(Map<String, String> environment) {
        return unread("io.mcpsession.Main", List.of("-XX:TieredStopAtLevel=1"), environment);
    }

    /** Reads its standard error from now on. */
    public void read() {
        CompletableFuture.supplyAsync(
                () -> process.errorReader().lines().peek(this::findBanner).collect(Collectors.joining("\n")),
                task -> Thread.ofVirtual().name("child-errors").start(task))
                .whenComplete((text, failure) -> {
                    if (failure == null) {
                        errors.complete(text);
                    } else {
                        errors.completeExceptionally(failure);
                    }
                });
    }

    /** The same with another main class, such as one that offers more. */
    public static ChildServer start(String main, Map<String, String> environment) {
        return start(main, List.of("-XX:TieredStopAtLevel=1"), environment);
    }

    /** The same in a JVM with flags of its own. */
    public static ChildServer start(String main, List<String> flags, Map<String, String> environment) {
        ChildServer child = unread(main, flags, environment);
        child.read();
        return child;
    }

    /** One that may have no more files and connections open than this. */
    public static ChildServer startWithFiles(int most, Map<String, String> environment) {
        ChildServer child = unread(List.of("bash", "-c", "ulimit -n " + most + "; exec \"$@\"", "bash"),
                "io.mcpsession.Main", List.of("-XX:TieredStopAtLevel=1"), environment);
        child.read();
        return child;
    }

    private static ChildServer unread(String main, List<String> flags, Map<String, String> environment) {
        return unread(List.of(), main, flags, environment);
    }

    /**
     * @param starter runs the command that follows it
     */
    private static ChildServer unread(List<String> starter, String main, List<String> flags,
                                      Map<String, String> environment) {
        List<String> command = new ArrayList<>(starter);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("MCP_") || name.startsWith("SERVER_"));
        variables.putAll(Map.of("SERVER_PORT", "0", "SERVER_SOCKETS_0_PORT", "0", "SERVER_SOCKETS_1_PORT", "0"));
        variables.putAll(environment);
        try {
            return new ChildServer(builder.start(), !environment.containsKey("MCP_STORE_REDIS_MODE"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readOutput(BufferedReader lines, boolean embedded) {
        StringBuilder text = new StringBuilder();
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                text.append(line).append('\n');
                if (embedded ? line.startsWith("  -d ") : line.startsWith("  Redis ")) {
                    banner.complete(text.toString());
                }
            }
        } catch (IOException e) {
            // The process is gone.
        }
        banner.completeExceptionally(new IllegalStateException("ended without a banner: " + text));
        output.complete(text.toString());
    }

    /** Where the log is JSON, a line of it takes the place of the banner. */
    private void findBanner(String logged) {
        if (logged.contains("\"message\":\"server up ")) {
            banner.complete(logged);
        }
    }

    /** What it printed, or logged as JSON, when it was up. */
    public String banner() {
        try {
            return banner.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            boolean hung = process.isAlive();
            // Whoever starts it has nothing to close yet.
            process.destroyForcibly();
            throw new AssertionError(hung ? "no banner" : errors.join(), e);
        }
    }

    public McpClient client(String token) {
        return McpClient.of(mcp(), token);
    }

    /** The endpoint. */
    public URI mcp() {
        return URI.create(found(MCP));
    }

    /** Where health and metrics are. */
    public URI admin(String path) {
        return URI.create("http://" + found(ADMIN) + path);
    }

    /** Host and port of gRPC. */
    public String grpc() {
        return found(GRPC);
    }

    private String found(Pattern pattern) {
        Matcher matcher = pattern.matcher(banner());
        if (!matcher.find()) {
            throw new AssertionError(banner());
        }
        return matcher.group(1);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM. Does not wait. */
    public void terminate() {
        // Process.destroy would close the pipes too, and what is said on the way out be lost.
        process.toHandle().destroy();
    }

    /** Waits for it to end by itself. */
    public int exitStatus(Duration most) {
        try {
            if (!process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + most);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** All it wrote to standard output; known once it has ended. */
    public String output() {
        return output.join();
    }

    /** All it wrote to standard error; known once it has ended. */
    public String errors() {
        return errors.join();
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
