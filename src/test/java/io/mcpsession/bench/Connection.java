package io.mcpsession.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** One HTTP/1.1 connection that costs as little as it can: what it sends is made beforehand. */
final class Connection implements AutoCloseable {

    private static final String LENGTH = "content-length:";
    private static final String SESSION = "mcp-session-id:";

    private final Socket socket;
    private final InputStream in;
    private final byte[] line = new byte[8192];
    private String session = "";

    Connection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream(), 16384);
    }

    /** A request as it goes over the wire. */
    static byte[] request(String path, String body, String... headers) {
        StringBuilder text = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            text.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        return text.append("Content-Type: application/json\r\nContent-Length: ").append(body.getBytes(UTF_8).length)
                .append("\r\n\r\n").append(body).toString().getBytes(UTF_8);
    }

    /** Sends a request and reads its answer away; tells its status. */
    int exchange(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        int status = Integer.parseInt(line().substring(9, 12));
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                length = Integer.parseInt(header.substring(LENGTH.length()).trim());
            } else if (header.regionMatches(true, 0, SESSION, 0, SESSION.length())) {
                session = header.substring(SESSION.length()).trim();
            }
        }
        in.skipNBytes(length);
        return status;
    }

    /** The session of the last answer that named one. */
    String session() {
        return session;
    }

    private String line() throws IOException {
        int length = 0;
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection was closed");
            }
            line[length++] = (byte) c;
        }
        return new String(line, 0, Math.max(0, length - 1), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** What one client does, again and again: how many exchanges, and each must end with 200. */
    interface Work {
        int once(Connection connection) throws IOException;

        static Work of(byte[] request) {
            return of(() -> request);
        }

        static Work of(Supplier<byte[]> requests) {
            return connection -> {
                int status = connection.exchange(requests.get());
                if (status != 200) {
                    throw new IOException("status " + status);
                }
                return 1;
            };
        }
    }
}
