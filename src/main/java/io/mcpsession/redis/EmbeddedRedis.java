package io.mcpsession.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.error.OsArchitectureNotFound;
import redis.embedded.model.OsArchitecture;

/**
 * A real redis-server on a free loopback port, for the first run and for tests. It keeps nothing on disk and dies with
 * this process, also when that is killed.
 */
public final class EmbeddedRedis implements AutoCloseable {

    /**
     * Starts the server given as arguments and ends it when standard input closes, which the kernel does when the JVM
     * is gone, however it went. A shutdown hook would not survive kill -9. Output, which is standard output and error
     * in one, is left to the server alone, so that its end can be seen. The port is free once the guard is gone. A
     * closed terminal hangs up on the guard as well, and Redis takes no notice of that: without the trap it would be
     * left behind.
     */
    static final String GUARD = "\"$@\" </dev/null & server=$!;"
            + " trap '' HUP INT TERM; exec >&- 2>&-; read -r _; kill -9 \"$server\"; wait \"$server\"";
    /** Names a redis-server to take instead of the packaged one, such as another version for a run of the tests. */
    private static final String OTHER = "redis.executable";
    private static final String READY = "Ready to accept connections";

    private final Process guard;
    private final URI address;

    private EmbeddedRedis(Process guard, URI address) {
        this.guard = guard;
        this.address = address;
    }

    /**
     * Starts the packaged binary, or a redis-server or valkey-server found on the PATH where that does not run.
     *
     * @param options further {@code redis-server} options, such as {@code --maxmemory 64mb}
     * @throws IllegalStateException when there is no server to start; the message says what to install
     */
    public static EmbeddedRedis start(String... options) {
        return start(executable(), freePort(), options);
    }

    /** Starts again where an earlier one was, so that clients find it under the same address. */
    public static EmbeddedRedis startAt(URI address, String... options) {
        return start(executable(), address.getPort(), options);
    }

    static String executable() {
        return Stream.of(Optional.ofNullable(System.getProperty(OTHER)), packaged(), onPath("redis-server"), onPath("valkey-server"))
                .flatMap(Optional::stream)
                .filter(EmbeddedRedis::runs)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the packaged Redis does not run here (it needs OpenSSL 3"
                        + " and a home directory to unpack to) and there is no redis-server on the PATH. Install one"
                        + " (Debian: apt-get install redis-server, macOS: brew install redis), or set"
                        + " mcp.store.redis.mode to single and mcp.store.redis.address to a running Redis."));
    }

    private static EmbeddedRedis start(String executable, int port, String... options) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", GUARD, "embedded-redis", executable,
                "--bind", "127.0.0.1", "--port", Integer.toString(port), "--save", "", "--appendonly", "no",
                "--maxmemory-policy", "noeviction", "--daemonize", "no"));
        command.addAll(List.of(options));
        try {
            Process guard = new ProcessBuilder(command).redirectErrorStream(true).start();
            awaitReady(guard, executable);
            return new EmbeddedRedis(guard, URI.create("redis://127.0.0.1:" + port));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + executable, e);
        }
    }

    private static void awaitReady(Process guard, String executable) throws IOException {
        BufferedReader output = guard.inputReader();
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains(READY)) {
                // Somebody has to read on, or the server blocks once the pipe is full. A virtual thread that reads a pipe
                // would take one processor from all others.
                Thread.ofPlatform().daemon().name("embedded-redis-output").start(() -> output.lines().forEach(_ -> { }));
                return;
            }
            seen.append(line).append('\n');
        }
        guard.destroyForcibly();
        throw new IllegalStateException(executable + " did not start:\n" + seen);
    }

    public URI address() {
        return address;
    }

    /** The packaged binary, unpacked once per user; elsewhere than in a shared folder, where others could change it. */
    private static Optional<String> packaged() {
        return resource().flatMap(EmbeddedRedis::unpacked);
    }

    private static Optional<String> resource() {
        try {
            return Optional.ofNullable(
                    ExecutableProvider.newProvidedVersionsMap().get(OsArchitecture.detectOSandArchitecture()));
        } catch (OsArchitectureNotFound e) {
            // There may be no uname to ask, or an architecture that nobody packaged for.
            return Optional.empty();
        }
    }

    private static Optional<String> unpacked(String resource) {
        Path target = Path.of(System.getProperty("user.home"), ".cache", "mcp-session-server", resource.substring(1));
        try (InputStream in = EmbeddedRedis.class.getResourceAsStream(resource)) {
            if (in == null) {
                return Optional.empty();
            }
            if (!Files.isExecutable(target)) {
                Files.createDirectories(target.getParent());
                Path unpacking = Files.createTempFile(target.getParent(), "redis-server", ".part");
                Files.copy(in, unpacking, StandardCopyOption.REPLACE_EXISTING);
                unpacking.toFile().setExecutable(true);
                Files.move(unpacking, target, StandardCopyOption.ATOMIC_MOVE);
            }
            return Optional.of(target.toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> onPath(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    private static boolean runs(String executable) {
        try {
            Process process = new ProcessBuilder(executable, "--version").redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            // The guard does the rest, also when nobody waits for it. Destroying it would leave the server behind.
            guard.getOutputStream().close();
            guard.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop the Redis at " + address, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
