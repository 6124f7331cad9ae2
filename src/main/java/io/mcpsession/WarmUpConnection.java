package io.mcpsession;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * As much of a gRPC client as it takes to be served (RFC 9113, RFC 7541): loading a real one would take longer than
 * the first call of all. Answers are read and thrown away; together they fit in the first window.
 */
final class WarmUpConnection implements AutoCloseable {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    // Entries of HPACK's static table.
    private static final int POST = 0x83;
    private static final int HTTP = 0x86;
    private static final int AUTHORITY = 1;
    private static final int PATH = 4;
    private static final int AUTHORIZATION = 23;
    private static final int CONTENT_TYPE = 31;
    private static final int FITS_IN_PREFIX = 14;

    private final Socket socket = new Socket();
    private final String token;
    private final OutputStream out;
    private final DataInputStream in;
    private int stream = -1;

    /**
     * @param token    goes with each call
     * @param patience longest wait for more of an answer
     */
    WarmUpConnection(int port, String token, Duration patience) throws IOException {
        this.token = token;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) patience.toMillis());
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(Server.LOOPBACK), port), (int) patience.toMillis());
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
        out.write(PREFACE);
        out.write(frame(SETTINGS, 0, 0, new byte[0]));
    }

    /**
     * Calls, and waits for the end of the answer.
     *
     * @param method such as {@code grpc.health.v1.Health/Check}
     */
    void call(String method, byte[] message) throws IOException {
        stream += 2;
        ByteArrayOutputStream call = new ByteArrayOutputStream();
        call.writeBytes(frame(HEADERS, END_HEADERS, stream, headers(method)));
        call.writeBytes(frame(DATA, END_STREAM, stream,
                ByteBuffer.allocate(5 + message.length).put((byte) 0).putInt(message.length).put(message).array()));
        out.write(call.toByteArray());
        boolean ended = false;
        while (!ended) {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int of = in.readInt();
            in.skipNBytes(lengthAndType >>> 8);
            int type = lengthAndType & 0xff;
            if (type == GOAWAY) {
                throw new IOException("the connection is refused");
            }
            ended = of == stream && type <= HEADERS && (flags & END_STREAM) != 0;
        }
    }

    private byte[] headers(String method) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(POST);
        block.write(HTTP);
        literal(block, PATH, "/" + method);
        literal(block, AUTHORITY, "localhost");
        literal(block, CONTENT_TYPE, "application/grpc");
        literal(block, AUTHORIZATION, "Bearer " + token);
        block.write(0);
        text(block, "te");
        text(block, "trailers");
        return block.toByteArray();
    }

    /** Without being remembered (RFC 7541, 6.2.2). */
    private static void literal(ByteArrayOutputStream block, int name, String value) {
        if (name > FITS_IN_PREFIX) {
            block.write(FITS_IN_PREFIX + 1);
            block.write(name - FITS_IN_PREFIX - 1);
        } else {
            block.write(name);
        }
        text(block, value);
    }

    /** All are shorter than 127 bytes. */
    private static void text(ByteArrayOutputStream block, String text) {
        block.write(text.length());
        block.writeBytes(text.getBytes(US_ASCII));
    }

    private static byte[] frame(int type, int flags, int stream, byte[] content) {
        return ByteBuffer.allocate(9 + content.length).putInt(content.length << 8 | type).put((byte) flags)
                .putInt(stream).put(content).array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
