package io.mcpsession.stage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Leads each new TCP connection to one of the replicas: to a chosen one, or to all of them in turn. */
final class Front {

    private final ServerSocket listening;
    private final List<Integer> ports;
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile List<Integer> route;

    Front(List<Integer> ports) throws IOException {
        this.ports = ports;
        this.route = ports;
        this.listening = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("front").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** New connections go to this replica. Those that are open are cut. */
    void lead(int replica) {
        route = List.of(ports.get(replica));
        cut();
    }

    /** New connections go to the replicas in turn. Those that are open are cut. */
    void leadInTurns() {
        route = ports;
        cut();
    }

    void cut() {
        open.forEach(this::close);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Thread.ofVirtual().start(() -> carry(client));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the front ended", e);
        }
    }

    private void carry(Socket client) {
        open.add(client);
        try {
            Socket server = connect();
            open.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> pass(server, client));
            pass(client, server);
        } catch (IOException e) {
            close(client);
        }
    }

    /** As balancers do it, a replica that is away is passed over where there is another. */
    private Socket connect() throws IOException {
        List<Integer> now = route;
        IOException away = new IOException("no replica");
        for (int tries = 0; tries < now.size(); tries++) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(),
                        now.get(Math.floorMod(turn.getAndIncrement(), now.size())));
            } catch (IOException e) {
                away = e;
            }
        }
        throw away;
    }

    private void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One side is gone, so the other one goes too.
        }
        close(from);
        close(to);
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // It is as closed as it can be.
        }
    }
}
