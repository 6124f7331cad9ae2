package io.mcpsession.http2;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.spi.ServerConnection;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** A connection of Helidon's whose bytes are looked at before it reads them, and when it writes them. */
final class GuardedConnection implements ConnectionContext {

    /** What a client reckons with until it is told otherwise (RFC 9113, section 6.5.2). */
    private static final int USUAL_WINDOW = 65_535;
    /** Frames of one header block that are decoded, in bytes: more than Envoy lets through by default (60 KiB). */
    private static final int LONGEST_BLOCK = 65_536;

    private final ConnectionContext connection;
    private final DataReader reader;
    private final DataWriter writer;
    private final StreamTasks streams;

    private GuardedConnection(ConnectionContext connection, Http2Config config, StreamWatch watch) {
        StreamLedger ledger = new StreamLedger(config.initialWindowSize());
        WatchedWriter watched = new WatchedWriter(connection.dataWriter(), ledger,
                config.initialWindowSize() <= USUAL_WINDOW);
        this.connection = connection;
        this.writer = watched;
        this.streams = new StreamTasks(connection.executor(), watch, ledger);
        this.reader = DataReader.create(new GuardedFrames(connection.dataReader(), ledger, watched::giveRoom,
                new HeaderDecoder(config.maxHeaderListSize()), config.maxFrameSize(), Math.max(LONGEST_BLOCK, config.maxHeaderListSize())));
    }

    /**
     * Guards one.
     *
     * @param watch    looks after its streams
     * @param helidons what Helidon makes of it; may be null, as when it cannot be made HTTP/2
     * @return the same, guarded
     */
    static ServerConnection of(ConnectionContext connection, Http2Config config, StreamWatch watch,
                               Function<ConnectionContext, ServerConnection> helidons) {
        GuardedConnection guarded = new GuardedConnection(connection, config, watch);
        ServerConnection made = helidons.apply(guarded);
        return made == null ? null : new EndingConnection(made, guarded.streams);
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public ListenerContext listenerContext() {
        return connection.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return streams;
    }

    @Override
    public Router router() {
        return connection.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return connection.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return connection.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return connection.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return connection.localPeer();
    }

    @Override
    public boolean isSecure() {
        return connection.isSecure();
    }

    @Override
    public String socketId() {
        return connection.socketId();
    }

    @Override
    public String childSocketId() {
        return connection.childSocketId();
    }
}
