package io.mcpsession.connection;

import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** A connection of Helidon's, but for what comes on it: whoever extends it gives that to Helidon. Its peer stays known. */
public abstract class ForwardingConnection implements ConnectionContext {

    private final ConnectionContext connection;
    private final YieldingReader input;
    private final PeerInfo remotePeer;

    protected ForwardingConnection(ConnectionContext connection) {
        this.connection = connection;
        this.input = new YieldingReader(connection.dataReader());
        this.remotePeer = RememberedPeer.of(connection.remotePeer());
    }

    /** What comes; nothing is to be read in another way. */
    protected final YieldingReader input() {
        return input;
    }

    @Override
    public DataWriter dataWriter() {
        return connection.dataWriter();
    }

    @Override
    public ListenerContext listenerContext() {
        return connection.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return connection.executor();
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
        return remotePeer;
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
