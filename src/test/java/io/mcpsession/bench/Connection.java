package io.mcpsession.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * One HTTP/1.1 connection that costs as little as it can: what it sends is made beforehand. Answers may be of a known
 * length or come in chunks, as event streams do; a stream is read to its end.
 */
final class Connection implements AutoCloseable {

    private static final String LENGTH = "content-length:";
    private static final String CHUNKED = "transfer-encoding: chunked";
    private static final String SESSION = "mcp-session-id:";

    private final Socket socket;
    private final InputStream in;
    private final byte[] line = new byte[8192];
    private String session = "";
    private long received;
    /** Where bodies are kept; null where they are not. */
    private ByteArrayOutputStream kept;

    Connection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream(), 16384);
    }

    /** A POST as it goes over the wire. */
    static byte[] request(String path, String body, String... headers) {
        return text("POST", path, headers).append("Content-Type: application/json\r\nContent-Length: ")
                .append(body.getBytes(UTF_8).length).append("\r\n\r\n").append(body).toString().getBytes(UTF_8);
    }

    /** A DELETE as it goes over the wire. */
    static byte[] delete(String path, String... headers) {
        return text("DELETE", path, headers).append("\r\n").toString().getBytes(UTF_8);
    }

    private static StringBuilder text(String method, String path, String... headers) {
        StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            text.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        return text;
    }

    /** Sends a request and reads its answer away; tells its status. */
    int exchange(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        int status = Integer.parseInt(line().substring(9, 12));
        int length = 0;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                length = Integer.parseInt(header.substring(LENGTH.length()).trim());
            } else if (header.regionMatches(true, 0, SESSION, 0, SESSION.length())) {
                session = header.substring(SESSION.length()).trim();
            } else if (header.equalsIgnoreCase(CHUNKED)) {
                chunked = true;
            }
        }
        received = 0;
        take(length);
        if (chunked) {
            takeChunks();
        }
        return status;
    }

    private void take(int length) throws IOException {
        received += length;
        if (kept == null) {
            in.skipNBytes(length);
        } else {
            kept.write(in.readNBytes(length));
        }
    }

    private void takeChunks() throws IOException {
        for (int size = size(); size > 0; size = size()) {
            take(size);
            line();
        }
        // No server here sends trailers.
        line();
    }

    private int size() throws IOException {
        String text = line();
        int extension = text.indexOf(';');
        return Integer.parseInt(extension < 0 ? text : text.substring(0, extension), 16);
    }

    /** Sends a request that must be answered with a status of success. */
    void succeed(byte[] request) throws IOException {
        int status = exchange(request);
        if (status < 200 || status > 299) {
            throw new IOException("status " + status);
        }
    }

    /** The body of what a request is answered with. */
    String body(byte[] request) throws IOException {
        kept = new ByteArrayOutputStream();
        try {
            succeed(request);
            return kept.toString(UTF_8);
        } finally {
            kept = null;
        }
    }

    /** The session of the last answer that named one. */
    String session() {
        return session;
    }

    /** Length of the last answer's body, in bytes. */
    long received() {
        return received;
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

    /** What one client does over its connection, again and again. */
    interface Work {

        /** How many requests that was. */
        int once(Connection connection) throws IOException;

        /** The same request each time. */
        static Work of(byte[] request) {
            return of(() -> request);
        }

        static Work of(Supplier<byte[]> requests) {
            return connection -> {
                connection.succeed(requests.get());
                return 1;
            };
        }

        /** Who does this work on that port. */
        default Caller.Maker on(int port) {
            return () -> {
                Connection connection = new Connection(port);
                return new Caller() {
                    @Override
                    public int once() throws IOException {
                        return Work.this.once(connection);
                    }

                    @Override
                    public void close() throws IOException {
                        connection.close();
                    }
                };
            };
        }
    }
}
