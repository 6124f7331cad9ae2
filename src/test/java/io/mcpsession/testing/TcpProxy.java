package io.mcpsession.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between a client and a server on loopback and spoils what passes: late, slowly, in one direction only, or not
 * at all. Bytes that are held back pass when the direction is opened again, as TCP would repeat them.
 */
public final class TcpProxy implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;

    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Direction toServer = new Direction();
    private final Direction toClient = new Direction();
    private volatile boolean refusing;

    /** What happens to what goes one way. */
    private static final class Direction {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition opened = lock.newCondition();
        private boolean shut;
        private volatile long delayNanos;
        private volatile long bytesPerSecond = Long.MAX_VALUE;

        void shut(boolean whether) {
            lock.lock();
            try {
                shut = whether;
                opened.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void pass() throws InterruptedException {
            lock.lock();
            try {
                while (shut) {
                    opened.await();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private record Chunk(byte[] bytes, long due) {
    }

    public TcpProxy(int target) {
        this(0, target);
    }

    public TcpProxy(int port, int target) {
        this.target = target;
        try {
            this.listening = new ServerSocket(port, 128, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("proxy").start(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Everything arrives this much later, in each direction. */
    public void delay(long millis) {
        toServer.delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
        toClient.delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** No more than so much passes, in each direction. */
    public void slow(long bytesPerSecond) {
        toServer.bytesPerSecond = bytesPerSecond;
        toClient.bytesPerSecond = bytesPerSecond;
    }

    /** Answers get lost, questions arrive. */
    public void holdAnswers() {
        toClient.shut(true);
    }

    /** Answers that were held arrive; those to come suffer what else was told. */
    public void passAnswers() {
        toClient.shut(false);
    }

    /** Nothing passes any more, and nobody is told: connections stay half open, new ones are accepted. */
    public void holdAll() {
        toServer.shut(true);
        toClient.shut(true);
    }

    /** Closes all connections and accepts no more. */
    public void cut() {
        refusing = true;
        closeAll();
    }

    /** As if nothing had been. */
    public void heal() {
        refusing = false;
        delay(0);
        slow(Long.MAX_VALUE);
        toServer.shut(false);
        toClient.shut(false);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Thread.ofVirtual().name("proxy-connection").start(() -> connect(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            for (Socket socket : new Socket[] {client, server}) {
                socket.setTcpNoDelay(true);
                sockets.add(socket);
            }
            carry(client, server, toServer);
            carry(server, client, toClient);
        } catch (IOException e) {
            close(client);
        }
    }

    /** One thread reads, another one writes, so that a delay does not add up over what follows. */
    private void carry(Socket from, Socket to, Direction direction) {
        LinkedBlockingQueue<Chunk> underWay = new LinkedBlockingQueue<>(1000);
        Thread.ofVirtual().name("proxy-read").start(() -> {
            try {
                byte[] buffer = new byte[BUFFER];
                for (int read = from.getInputStream().read(buffer); read >= 0; read = from.getInputStream().read(buffer)) {
                    byte[] bytes = new byte[read];
                    System.arraycopy(buffer, 0, bytes, 0, read);
                    underWay.put(new Chunk(bytes, System.nanoTime() + direction.delayNanos));
                }
                underWay.put(new Chunk(new byte[0], System.nanoTime() + direction.delayNanos));
            } catch (IOException e) {
                close(to);
                close(from);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Thread.ofVirtual().name("proxy-write").start(() -> {
            try {
                while (true) {
                    Chunk chunk = underWay.take();
                    TimeUnit.NANOSECONDS.sleep(chunk.due() - System.nanoTime());
                    direction.pass();
                    if (chunk.bytes().length == 0) {
                        close(to);
                        close(from);
                        return;
                    }
                    to.getOutputStream().write(chunk.bytes());
                    if (direction.bytesPerSecond != Long.MAX_VALUE) {
                        TimeUnit.NANOSECONDS.sleep(chunk.bytes().length * 1_000_000_000L / direction.bytesPerSecond);
                    }
                }
            } catch (IOException e) {
                close(to);
                close(from);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // It is as closed as it can be.
        }
    }

    private void closeAll() {
        sockets.forEach(this::close);
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        heal();
        closeAll();
    }
}
