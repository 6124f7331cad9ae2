package io.mcpsession.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A second client of the server's Redis that shares nothing with it: what redis-cli would show. */
public final class PlainRedis implements AutoCloseable {

    private static final int PARTITIONS = 16;

    private final Socket socket;
    private final InputStream in;

    public PlainRedis(URI address) {
        try {
            socket = new Socket(address.getHost(), address.getPort());
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a command and reads its answer: a text or a number; empty for nil. */
    public synchronized Optional<String> call(String... command) {
        try {
            StringBuilder request = new StringBuilder("*" + command.length + "\r\n");
            for (String part : command) {
                request.append('$').append(part.getBytes(UTF_8).length).append("\r\n").append(part).append("\r\n");
            }
            socket.getOutputStream().write(request.toString().getBytes(UTF_8));
            String line = line();
            return switch (line.charAt(0)) {
                case '$' -> bulk(Integer.parseInt(line.substring(1)));
                case ':', '+' -> Optional.of(line.substring(1));
                default -> throw new IllegalStateException(line);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of the map that holds a session. */
    public int partitionOf(String sessionId) {
        return IntStream.range(0, PARTITIONS)
                .filter(number -> call("HEXISTS", "mcp:session:{" + number + "}", sessionId).equals(Optional.of("1")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such session in Redis"));
    }

    /** Milliseconds the session has left. */
    public long ttl(String sessionId) {
        return expires(sessionId) - now();
    }

    /** When the session ends unless it is used, in milliseconds since the epoch. */
    public long expires(String sessionId) {
        return Long.parseLong(call("ZSCORE", timeouts(sessionId), sessionId).orElseThrow());
    }

    /** All sessions that Redis holds, the expired too until somebody sweeps them away. */
    public Set<String> sessions() {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(number -> call("EVAL", "return table.concat(redis.call('HKEYS', KEYS[1]), ' ')", "1",
                        "mcp:session:{" + number + "}").orElseThrow())
                .filter(ids -> !ids.isEmpty())
                .flatMap(ids -> Stream.of(ids.split(" ")))
                .collect(Collectors.toSet());
    }

    /** How many sessions are alive. */
    public long living() {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(number -> "redisson__timeout__set:mcp:session:{" + number + "}")
                .mapToLong(timeouts -> Long.parseLong(call("ZCOUNT", timeouts, "(" + now(), "+inf").orElseThrow()))
                .sum();
    }

    /** Lets a session expire without waiting. */
    public void expire(String sessionId) {
        age(sessionId, ttl(sessionId) + 1);
    }

    /** Lets a session grow older without waiting. */
    public void age(String sessionId, long millis) {
        call("ZINCRBY", timeouts(sessionId), Long.toString(-millis), sessionId);
    }

    private String timeouts(String sessionId) {
        return "redisson__timeout__set:mcp:session:{" + partitionOf(sessionId) + "}";
    }

    private long now() {
        return Long.parseLong(call("EVAL", "local t = redis.call('TIME')"
                + " return string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000))", "0").orElseThrow());
    }

    private Optional<String> bulk(int length) throws IOException {
        if (length < 0) {
            return Optional.empty();
        }
        String text = new String(in.readNBytes(length), UTF_8);
        line();
        return Optional.of(text);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("Redis closed the connection");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
