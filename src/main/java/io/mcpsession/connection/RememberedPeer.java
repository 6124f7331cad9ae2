package io.mcpsession.connection;

import io.helidon.common.socket.PeerInfo;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.util.Optional;

/**
 * Who is at the other end of a connection, also once it is closed. Helidon 4.5.0 asks the socket each time, and fails when
 * that is closed while a request is served.
 *
 * @param peer    knows the rest
 * @param address null when the connection was closed before it was served
 * @param host    written once, and not for each request; empty when it is not known
 */
record RememberedPeer(PeerInfo peer, SocketAddress address, String host) implements PeerInfo {

    static PeerInfo of(PeerInfo peer) {
        SocketAddress address = peer.address();
        return new RememberedPeer(peer, address, address instanceof InetSocketAddress inet ? inet.getHostString() : "");
    }

    /** -1 when it is not known. */
    @Override
    public int port() {
        return address instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }

    @Override
    public Optional<Principal> tlsPrincipal() {
        return peer.tlsPrincipal();
    }

    @Override
    public Optional<Certificate[]> tlsCertificates() {
        return peer.tlsCertificates();
    }
}
