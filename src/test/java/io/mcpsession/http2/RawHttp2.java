package io.mcpsession.http2;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/** A connection on which frames are sent that no HTTP/2 library would send. */
public final class RawHttp2 implements AutoCloseable {

    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;
    public static final int PADDED = 8;
    public static final int PRIORITY = 0x20;
    public static final int HEADERS = 1;
    public static final int SETTINGS = 4;
    public static final int CONTINUATION = 9;
    public static final int DATA = 0;
    public static final int RST_STREAM = 3;
    static final int PING = 6;
    public static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int FRAME_HEADER = 9;
    private static final int FIRST_WINDOW = 65_535;
    private static final int PATIENCE_MILLIS = 5000;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private final Socket socket;
    private final DataInputStream in;
    /** By stream; that of the connection is 0. */
    private final Map<Integer, Integer> outcomes = new HashMap<>();
    private final Map<Integer, ByteArrayOutputStream> contents = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private int window = FIRST_WINDOW;
    /** Those of streams. */
    private int frames;
    private int acknowledged;

    private RawHttp2(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** One that is HTTP/2 from its first byte. */
    public static RawHttp2 connect(int port) throws IOException {
        RawHttp2 connection = new RawHttp2(port);
        connection.start();
        return connection;
    }

    /** One that becomes HTTP/2 (RFC 7540, section 3.2). Its request is stream 1. */
    static RawHttp2 upgrade(int port) throws IOException {
        RawHttp2 connection = new RawHttp2(port);
        connection.send("""
                GET / HTTP/1.1\r
                Host: localhost\r
                Connection: Upgrade, HTTP2-Settings\r
                Upgrade: h2c\r
                HTTP2-Settings: AAMAAABkAAQAAP__\r
                \r
                """.getBytes(US_ASCII));
        String answer = "";
        while (!answer.endsWith("\r\n\r\n")) {
            answer += (char) connection.in.readByte();
        }
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(answer);
        }
        connection.start();
        return connection;
    }

    private void start() throws IOException {
        send(PREFACE);
        send(frame(SETTINGS, 0, 0));
    }

    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** So that nothing comes at once. */
    void drip(byte[] bytes) throws IOException {
        for (byte b : bytes) {
            socket.getOutputStream().write(b);
        }
    }

    /** A request without a body. */
    public void request(int stream, HeaderBlock headers) throws IOException {
        send(frame(HEADERS, END_HEADERS | END_STREAM, stream, headers.bytes()));
    }

    /** A request with a body, which is sent with {@link #DATA}, or not. */
    public void begin(int stream, HeaderBlock headers) throws IOException {
        send(frame(HEADERS, END_HEADERS, stream, headers.bytes()));
    }

    /** Wants no more of a stream, and keeps the connection, as a proxy does when somebody behind it leaves. */
    public void cancel(int stream) throws IOException {
        send(frame(RST_STREAM, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 8));
    }

    /** Shows that the connection is alive. */
    void ping() throws IOException {
        send(frame(PING, 0, 0, new byte[8]));
    }

    public static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(FRAME_HEADER + payload.length).putInt(payload.length << 8 | type).put((byte) flags).putInt(stream)
                .put(payload).array();
    }

    /** DATA, as soon as the server lets the connection have so much under way. */
    void sendWithinWindow(byte[] frame) throws IOException {
        int payload = frame.length - FRAME_HEADER;
        while (window < payload) {
            read();
        }
        window -= payload;
        send(frame);
    }

    /**
     * What came of a request: the number in the static table of its status (8 is 200, 12 is 400, 13 is 404), or 0 for
     * another, or minus the error code of a GOAWAY.
     */
    public int outcome(int stream) throws IOException {
        while (!outcomes.containsKey(stream) && !outcomes.containsKey(0)) {
            read();
        }
        return outcomes.getOrDefault(stream, outcomes.get(0));
    }

    /** Whether an answer has come to its end among what was read until now. */
    boolean isEnded(int stream) {
        return ended.contains(stream);
    }

    /** The whole body of an answer. */
    String content(int stream) throws IOException {
        while (!ended.contains(stream)) {
            read();
        }
        return contents.getOrDefault(stream, new ByteArrayOutputStream()).toString(UTF_8);
    }

    /** The body of an answer as far as it has come when something in it matches. */
    public String content(int stream, String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex);
        while (true) {
            String content = contents.getOrDefault(stream, new ByteArrayOutputStream()).toString(UTF_8);
            if (pattern.matcher(content).find()) {
                return content;
            }
            read();
        }
    }

    /** Reads all that the server had said when it heard of this. */
    public void settle() throws IOException {
        int before = acknowledged;
        ping();
        while (acknowledged == before) {
            read();
        }
    }

    /** How many frames of streams come in such a time. */
    public int framesWithin(Duration time) throws IOException {
        int before = frames;
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                socket.setSoTimeout((int) left);
                read();
            }
        } catch (SocketTimeoutException e) {
            // Nothing more came.
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
        return frames - before;
    }

    private void read() throws IOException {
        int lengthAndType = in.readInt();
        int flags = in.readByte();
        int stream = in.readInt();
        byte[] payload = in.readNBytes(lengthAndType >>> 8);
        int type = lengthAndType & 0xff;
        frames += stream == 0 ? 0 : 1;
        acknowledged += type == PING ? 1 : 0;
        switch (type) {
            case GOAWAY -> outcomes.put(0, -ByteBuffer.wrap(payload, 4, 4).getInt());
            case HEADERS -> outcomes.putIfAbsent(stream, payload[0] < 0 ? payload[0] & 0x7f : 0);
            case DATA -> contents.computeIfAbsent(stream, _ -> new ByteArrayOutputStream()).writeBytes(payload);
            case WINDOW_UPDATE -> window += stream == 0 ? ByteBuffer.wrap(payload).getInt() : 0;
            default -> {
                // What else there is says nothing of an outcome.
            }
        }
        if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
            ended.add(stream);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static byte[] halves(int stream, byte[] headers, int cut) {
        byte[] first = frame(HEADERS, END_STREAM, stream, Arrays.copyOf(headers, cut));
        byte[] second = frame(CONTINUATION, END_HEADERS, stream, Arrays.copyOfRange(headers, cut, headers.length));
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }
}
