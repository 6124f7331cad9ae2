package io.mcpsession.abuse;

import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** One connection of gRPC on which many calls say all of a message but its end. It keeps to the windows it is given. */
final class UnfinishedMessages {

    private static final int MESSAGE = 1 << 20;
    private static final int PIECE = 16_384;
    private static final int FIRST_WINDOW = 65_535;
    private static final int CALLS = 100;
    private static final long PAUSE = 200_000;

    private final BooleanSupplier goesOn;
    private final AtomicInteger window = new AtomicInteger(FIRST_WINDOW);
    private final Map<Integer, AtomicInteger> windows = new ConcurrentHashMap<>();
    private volatile boolean over;

    private UnfinishedMessages(BooleanSupplier goesOn) {
        this.goesOn = goesOn;
    }

    /**
     * Goes on until the server ends the connection.
     *
     * @return how many bytes it took
     */
    static long send(int port, BooleanSupplier goesOn) throws IOException {
        UnfinishedMessages connection = new UnfinishedMessages(goesOn);
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
            socket.getOutputStream().write(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0));
            Thread.ofVirtual().start(() -> connection.read(socket));
            return connection.write(socket);
        }
    }

    private long write(Socket socket) throws IOException {
        long sent = 0;
        for (int stream = 1; goes(); stream += 2) {
            windows.put(stream, new AtomicInteger(FIRST_WINDOW));
            socket.getOutputStream().write(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, HeaderBlock
                    .request("POST", "/mcpsession.v1.SessionService/BatchValidateSessions")
                    .passing("content-type", "application/grpc").passing("te", "trailers").bytes()));
            sent += say(socket, stream, ByteBuffer.allocate(5).put((byte) 0).putInt(MESSAGE).array());
            for (int left = MESSAGE - 1; left > 0 && windows.containsKey(stream) && goes(); left -= PIECE) {
                sent += say(socket, stream, new byte[Math.min(left, PIECE)]);
            }
            while (windows.size() >= CALLS && goes()) {
                LockSupport.parkNanos(PAUSE);
            }
        }
        return sent;
    }

    private boolean goes() {
        return !over && goesOn.getAsBoolean();
    }

    private int say(Socket socket, int stream, byte[] bytes) throws IOException {
        AtomicInteger room = windows.get(stream);
        while (room != null && (room.get() < bytes.length || window.get() < bytes.length)) {
            if (!goes() || !windows.containsKey(stream)) {
                return 0;
            }
            LockSupport.parkNanos(PAUSE);
        }
        if (room == null) {
            return 0;
        }
        room.addAndGet(-bytes.length);
        window.addAndGet(-bytes.length);
        socket.getOutputStream().write(RawHttp2.frame(RawHttp2.DATA, 0, stream, bytes));
        return bytes.length;
    }

    private void read(Socket socket) {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int lengthAndType = in.readInt();
                int flags = in.readByte();
                int stream = in.readInt();
                byte[] payload = in.readNBytes(lengthAndType >>> 8);
                switch (lengthAndType & 0xff) {
                    case 8 -> (stream == 0 ? window : windows.getOrDefault(stream, new AtomicInteger()))
                            .addAndGet(ByteBuffer.wrap(payload).getInt());
                    case RawHttp2.SETTINGS -> {
                        if ((flags & 1) == 0) {
                            socket.getOutputStream().write(RawHttp2.frame(RawHttp2.SETTINGS, 1, 0));
                        }
                    }
                    case RawHttp2.RST_STREAM -> windows.remove(stream);
                    case RawHttp2.HEADERS -> {
                        if ((flags & RawHttp2.END_STREAM) != 0) {
                            windows.remove(stream);
                        }
                    }
                    default -> {
                        // Nothing that it waits for.
                    }
                }
            }
        } catch (IOException e) {
            over = true;
        }
    }
}
