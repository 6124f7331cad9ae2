package io.mcpsession.http2;

import io.netty.handler.codec.http2.Http2Headers;
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
import java.util.List;
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
    static final int WINDOW_UPDATE = 8;
    static final int PRIORITY_FRAME = 2;
    private static final int ACK = 1;
    private static final int FRAME_HEADER = 9;
    private static final int FIRST_WINDOW = 65_535;
    private static final int PATIENCE_MILLIS = 5000;
    private static final Duration QUIET = Duration.ofMillis(100);
    private static final List<String> IN_STATIC_TABLE = List.of("200", "204", "206", "304", "400", "404", "500");
    private static final int FIRST_STATUS = 8;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private final Socket socket;
    private final DataInputStream in;
    /** By stream; that of the connection is 0. */
    private final Map<Integer, Integer> outcomes = new HashMap<>();
    private final Map<Integer, ByteArrayOutputStream> contents = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private final Map<Integer, Integer> resets = new HashMap<>();
    private final Map<Integer, Http2Headers> answers = new HashMap<>();
    private final Map<Integer, Integer> headerLengths = new HashMap<>();
    private final Map<Integer, Integer> announced = new HashMap<>();
    private final HeaderCodec codec = new HeaderCodec(FIRST_WINDOW);
    private int window = FIRST_WINDOW;
    private int settingsAcknowledged;
    private int lastBegun = -1;
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
        return connect(port, new long[0]);
    }

    /** One whose first settings are these, as pairs of an id and a value. */
    static RawHttp2 connect(int port, long... settings) throws IOException {
        RawHttp2 connection = new RawHttp2(port);
        connection.send(PREFACE);
        connection.settings(settings);
        return connection;
    }

    /** One that becomes HTTP/2 (RFC 7540, section 3.2). Its request is stream 1. */
    static RawHttp2 upgrade(int port) throws IOException {
        return upgrade(port, "/", "AAMAAABkAAQAAP__");
    }

    static RawHttp2 upgrade(int port, String path, String settings) throws IOException {
        RawHttp2 connection = new RawHttp2(port);
        connection.send("""
                GET %s HTTP/1.1\r
                Host: localhost\r
                Connection: Upgrade, HTTP2-Settings\r
                Upgrade: h2c\r
                HTTP2-Settings: %s\r
                \r
                """.formatted(path, settings).getBytes(US_ASCII));
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

    /** The error code with which the server gave a stream up; minus that of a GOAWAY when it gave up the connection. */
    int reset(int stream) throws IOException {
        while (!resets.containsKey(stream) && !outcomes.containsKey(0)) {
            read();
        }
        return resets.getOrDefault(stream, outcomes.get(0));
    }

    /** The error code of a GOAWAY. */
    int goAway() throws IOException {
        while (!outcomes.containsKey(0)) {
            read();
        }
        return -outcomes.get(0);
    }

    /** The last stream that a GOAWAY says was begun. */
    int lastBegun() {
        return lastBegun;
    }

    /** The headers that came last on a stream. */
    Http2Headers headers(int stream) throws IOException {
        outcome(stream);
        return answers.get(stream);
    }

    /** How long the encoded headers of an answer are, in bytes. */
    int headersLength(int stream) throws IOException {
        outcome(stream);
        return headerLengths.get(stream);
    }

    /** What the server announced among what was read until now. */
    int setting(int id) {
        return announced.get(id);
    }

    /** How many SETTINGS the server has acknowledged among what was read until now. */
    int settingsAcknowledged() {
        return settingsAcknowledged;
    }

    /** Reads until so much of a body has come, and no more than that comes. */
    void receive(int stream, int bytes) throws IOException {
        while (received(stream) < bytes) {
            read();
        }
        framesWithin(QUIET);
        if (received(stream) != bytes) {
            throw new AssertionError(received(stream) + " bytes instead of " + bytes);
        }
    }

    /** How many bytes of all bodies were read until now. */
    int received() {
        return contents.values().stream().mapToInt(ByteArrayOutputStream::size).sum();
    }

    /** Reads one frame. */
    void readFrame() throws IOException {
        read();
    }

    /** How many bytes of a body were read until now. */
    int received(int stream) {
        return contents.getOrDefault(stream, new ByteArrayOutputStream()).size();
    }

    /** Gives room on a stream, or on the connection, which is 0. */
    void give(int stream, int bytes) throws IOException {
        send(frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(Integer.BYTES).putInt(bytes).array()));
    }

    /** Settings as pairs of an id and a value. */
    void settings(long... idsAndValues) throws IOException {
        send(frame(SETTINGS, 0, 0, settingsPayload(idsAndValues)));
    }

    static byte[] settingsPayload(long... idsAndValues) {
        ByteBuffer payload = ByteBuffer.allocate(idsAndValues.length / 2 * 6);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            payload.putShort((short) idsAndValues[i]).putInt((int) idsAndValues[i + 1]);
        }
        return payload.array();
    }

    /** Whether an answer has come to its end among what was read until now. */
    boolean isEnded(int stream) {
        return ended.contains(stream);
    }

    /** The whole body of an answer. */
    public String content(int stream) throws IOException {
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
            case GOAWAY -> {
                outcomes.put(0, -ByteBuffer.wrap(payload, 4, 4).getInt());
                lastBegun = ByteBuffer.wrap(payload).getInt();
            }
            case RST_STREAM -> resets.put(stream, ByteBuffer.wrap(payload).getInt());
            case SETTINGS -> {
                settingsAcknowledged += flags & ACK;
                for (ByteBuffer settings = ByteBuffer.wrap(payload); settings.hasRemaining(); ) {
                    announced.put((int) settings.getShort(), settings.getInt());
                }
            }
            case HEADERS -> {
                headerLengths.put(stream, payload.length);
                answers.put(stream, codec.decode(stream, payload));
                int index = IN_STATIC_TABLE.indexOf(String.valueOf(answers.get(stream).status()));
                outcomes.putIfAbsent(stream, index < 0 ? 0 : FIRST_STATUS + index);
            }
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
