package io.mcpsession.listener;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A listening socket that goes on accepting when one accept has failed, as with too many open files (EMFILE, ENFILE) or
 * with a client that left before it was accepted (accept(2)). Helidon 4.5.0 ends a listener at the first failure, with all
 * its connections, and for good.
 */
final class AcceptingChannel extends ServerSocketChannel {

    /** What a client that waits meanwhile hardly notices, and what costs next to nothing. */
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Logger LOG = System.getLogger(AcceptingChannel.class.getName());

    private final ServerSocketChannel socket;
    private final Accepting accepting;

    /**
     * @param accepting told how it goes
     */
    AcceptingChannel(ServerSocketChannel socket, Accepting accepting) {
        super(socket.provider());
        this.socket = socket;
        this.accepting = accepting;
    }

    /**
     * Waits for a connection.
     *
     * @throws ClosedChannelException once this is closed; nothing else
     */
    @Override
    public SocketChannel accept() throws IOException {
        while (isOpen()) {
            try {
                SocketChannel connection = socket.accept();
                if (accepting.succeeded()) {
                    say(Level.INFO, "accepts connections again socket=" + accepting.name());
                }
                return connection;
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                if (accepting.failed()) {
                    say(Level.WARNING, "cannot accept connections, goes on trying socket=" + accepting.name()
                            + " reason=" + e.getMessage());
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
        throw new AsynchronousCloseException();
    }

    private static void say(Level level, String message) {
        try {
            LOG.log(level, message);
        } catch (LinkageError e) {
            // No class can be loaded when no file can be opened. It is no reason to accept nobody.
        }
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        socket.bind(local, backlog);
        return this;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        socket.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return socket.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return socket.supportedOptions();
    }

    @Override
    public ServerSocket socket() {
        return socket.socket();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return socket.getLocalAddress();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        accepting.closed();
        socket.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        socket.configureBlocking(block);
    }
}
