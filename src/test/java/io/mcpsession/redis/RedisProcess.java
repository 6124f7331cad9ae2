package io.mcpsession.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.is;

/** A redis-server or a Sentinel that a test may stop, kill, hold and start again; it dies with this JVM. */
public final class RedisProcess implements AutoCloseable {

    private final List<String> command;
    private final int port;
    private Process guard;

    private RedisProcess(List<String> command, int port) {
        this.command = command;
        this.port = port;
        start();
    }

    /**
     * A server in a folder of its own.
     *
     * @param options further options, which win
     */
    public static RedisProcess server(Path folder, int port, String... options) {
        List<String> command = new ArrayList<>(List.of(EmbeddedRedis.executable(), "--bind", "127.0.0.1",
                "--port", Integer.toString(port), "--dir", directory(folder).toString(), "--save", "",
                "--appendonly", "no", "--maxmemory-policy", "noeviction", "--daemonize", "no",
                // By default a primary waits 5 s for more replicas before it sends what they need.
                "--repl-diskless-sync-delay", "0"));
        command.addAll(List.of(options));
        return new RedisProcess(command, port);
    }

    /** A Sentinel that watches one primary, and gives it up after a second. */
    public static RedisProcess sentinel(Path folder, int port, String name, int primary, int quorum) {
        Path file = directory(folder).resolve("sentinel.conf");
        try {
            Files.writeString(file, """
                    bind 127.0.0.1
                    port %d
                    dir %s
                    sentinel monitor %s 127.0.0.1 %d %d
                    sentinel down-after-milliseconds %3$s 1000
                    sentinel failover-timeout %3$s 5000
                    """.formatted(port, folder, name, primary, quorum));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RedisProcess(List.of(EmbeddedRedis.executable(), file.toString(), "--sentinel"), port);
    }

    private static Path directory(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port whose cluster bus port is one as well. */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    var _ = new ServerSocket(port + 10_000, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException e) {
                // Somebody else's.
            }
        }
    }

    /** Starts it again, in the same place. */
    public void start() {
        List<String> guarded = new ArrayList<>(List.of("/bin/sh", "-c", EmbeddedRedis.GUARD, "redis"));
        guarded.addAll(command);
        try {
            guard = new ProcessBuilder(guarded).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        eventually(this::answers, is(true));
    }

    private boolean answers() {
        try (RawRedis redis = raw()) {
            redis.call("PING");
            return true;
        } catch (UncheckedIOException e) {
            return false;
        } catch (IllegalStateException e) {
            // Whoever says that it is loading is there, and so is who wants a password first.
            return !String.valueOf(e.getMessage()).contains("LOADING");
        }
    }

    public int port() {
        return port;
    }

    /** The folder it keeps its data in; that of a Sentinel is the same as its settings'. */
    public String folder() {
        int option = command.indexOf("--dir");
        return option < 0 ? "" : command.get(option + 1);
    }

    public URI address() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    RawRedis raw() {
        return new RawRedis(address());
    }

    /** Asks one thing. */
    public Object ask(String... words) {
        try (RawRedis redis = raw()) {
            return redis.call(words);
        }
    }

    /** SIGTERM: it ends as it would at a shutdown. */
    public void stop() {
        signal("TERM");
        ended();
    }

    /** kill -9. */
    public void kill() {
        signal("KILL");
        ended();
    }

    /** From now on it answers nothing, but keeps its connections. */
    public void hold() {
        signal("STOP");
    }

    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        guard.children().forEach(server -> {
            try {
                new ProcessBuilder("/bin/kill", "-" + name, Long.toString(server.pid())).start().waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void ended() {
        eventually(() -> {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }, is(true));
        close();
    }

    @Override
    public void close() {
        try {
            guard.getOutputStream().close();
            guard.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            // It is gone already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
