package io.mcpsession.connection;

import io.helidon.common.socket.SocketOptions;
import io.mcpsession.limit.ByteBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The connections of one listener on which nobody has shown a valid token yet. They may be only so many: when one more is
 * accepted, the one that has been there for longest is closed, so that clients that connect and say nothing never keep
 * others out. Thread-safe.
 */
public final class Newcomers {

    /** What each has at least to say something, however many come. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final int most;
    private final ByteBudget headers;
    /** By the address of the client, in the order in which they came. */
    private final SequencedMap<SocketAddress, Newcomer> connections = new LinkedHashMap<>();

    /**
     * @param most        how many there may be
     * @param headerBytes memory of all their headers that are long and not whole
     */
    public Newcomers(int most, long headerBytes) {
        this.most = most;
        this.headers = new ByteBudget(headerBytes, headerBytes, Duration.ZERO);
    }

    /** Of a listener whose connections are not told of. */
    public static Newcomers unlimited() {
        return new Newcomers(Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /** Memory of the headers of all clients that are long and not whole. */
    public ByteBudget headers() {
        return headers;
    }

    /** Has a listener tell of each connection that it accepts: its options are applied to each. */
    public SocketOptions noticedBy(SocketOptions options) {
        return new Noticing(options, this);
    }

    /** Waits where they come so fast that the oldest had no time to say anything: who connects next waits, and is served. */
    void accepted(SocketChannel connection) {
        Optional<Newcomer> left = add(connection);
        if (left.isPresent()) {
            LockSupport.parkNanos(left.get().since() + GRACE.toNanos() - System.nanoTime());
            leave(left.get());
        }
    }

    private synchronized void leave(Newcomer newcomer) {
        // It may have shown a token meanwhile.
        if (connections.remove(newcomer.client(), newcomer)) {
            close(newcomer.connection());
        }
    }

    private synchronized Optional<Newcomer> add(SocketChannel connection) {
        SocketAddress client;
        try {
            client = connection.getRemoteAddress();
        } catch (IOException e) {
            // It is gone already.
            return Optional.empty();
        }
        if (connections.size() >= most) {
            connections.values().removeIf(known -> !known.connection().isOpen());
        }
        connections.put(client, new Newcomer(client, connection, System.nanoTime()));
        return connections.size() <= most ? Optional.empty() : Optional.of(connections.firstEntry().getValue());
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The client at this address is no newcomer any more. */
    public synchronized void known(SocketAddress client) {
        connections.remove(client);
    }

    /**
     * @param since when it was accepted, of {@link System#nanoTime}
     */
    private record Newcomer(SocketAddress client, SocketChannel connection, long since) {
    }

    private record Noticing(SocketOptions options, Newcomers newcomers) implements SocketOptions {

        @Override
        public void configureSocket(SocketChannel socket) {
            options.configureSocket(socket);
            newcomers.accepted(socket);
        }

        @Override
        public Map<SocketOption<?>, Object> socketOptions() {
            return options.socketOptions();
        }

        @Override
        public Duration connectTimeout() {
            return options.connectTimeout();
        }

        @Override
        public Duration readTimeout() {
            return options.readTimeout();
        }

        @Override
        public Optional<Integer> socketReceiveBufferSize() {
            return options.socketReceiveBufferSize();
        }

        @Override
        public Optional<Integer> socketSendBufferSize() {
            return options.socketSendBufferSize();
        }

        @Override
        public boolean socketReuseAddress() {
            return options.socketReuseAddress();
        }

        @Override
        public boolean socketKeepAlive() {
            return options.socketKeepAlive();
        }

        @Override
        public boolean tcpNoDelay() {
            return options.tcpNoDelay();
        }
    }
}
