package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.http.http2.FlowControl;
import io.helidon.http.http2.Http2ConnectionWriter;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameData;
import io.helidon.http.http2.Http2Headers;
import io.helidon.webserver.ConnectionContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes what Helidon has for one client. Thread-safe.
 *
 * <p>DATA waits here for the room that the client gives ({@link SendWindows}), on the thread that writes it and before any
 * lock is taken. Helidon's WINDOW_UPDATEs go into the books only, and those of the books go out ({@link StreamLedger}).
 * Error codes that HTTP/2 does not have, such as Helidon's 431, are replaced, and GOAWAY tells the last stream that was
 * begun where Helidon always says that there was none, after which a client may repeat all its requests.
 */
final class GuardedWriter extends Http2ConnectionWriter {

    /** Payload of one frame that every client takes (RFC 9113, section 6.5.2), in bytes. */
    private static final int LONGEST_FRAME = 16_384;
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int MAX_FRAME_SIZE = 5;
    private static final int LAST_ERROR_CODE = 0xd;
    private static final int ENHANCE_YOUR_CALM = 0xb;

    private final ConnectionContext connection;
    private final StreamLedger ledger;
    private final SendWindows windows;
    private final UnsentAnswers unsent;
    private final HeaderCodec headers;
    private final FrameLimits limits;
    private final FrameAllowance allowance;
    private final ReentrantLock lock = new ReentrantLock();
    /** Helidon begins by making the window of the connection as large as that of a stream. */
    private boolean begun;

    /**
     * @param begun whether the window of the connection is as it shall be from the start
     */
    GuardedWriter(ConnectionContext connection, StreamLedger ledger, SendWindows windows, HeaderCodec headers,
                  FrameLimits limits, FrameAllowance allowance, boolean begun) {
        super(connection, connection.dataWriter(), List.of());
        this.connection = connection;
        this.ledger = ledger;
        this.windows = windows;
        this.unsent = new UnsentAnswers(windows);
        this.headers = headers;
        this.limits = limits;
        this.allowance = allowance;
        this.begun = begun;
    }

    /** Tells the client of the room it has on the connection, when it is worth it. */
    void giveRoom() {
        int room = ledger.takeRoom();
        if (room > 0) {
            send(Frame.withNumber(Frame.WINDOW_UPDATE, 0, room));
        }
    }

    /** How large a table for headers the client keeps, in bytes. Helidon is never told. */
    void clientTable(long size) {
        lock.lock();
        try {
            headers.clientTable(size);
        } finally {
            lock.unlock();
        }
    }

    /** Gives a stream up that Helidon does not know, or is told to give up. */
    void reset(int stream, Http2ErrorCode code) {
        ledger.refused(stream);
        windows.closed(stream);
        send(Frame.withNumber(Frame.RST_STREAM, stream, code.code()));
    }

    @Override
    public void write(Http2FrameData frame) {
        int stream = frame.header().streamId();
        int length = frame.header().length();
        byte[] bytes = Frame.bytes(frame.header().type().type(), frame.header().flags(), stream,
                length == 0 ? BufferData.empty() : frame.data().copy(), length);
        switch (frame.header().type()) {
            case WINDOW_UPDATE -> update(stream, bytes);
            case RST_STREAM -> {
                if (!ledger.isOver(stream)) {
                    ledger.resetByHelidon(stream);
                    windows.closed(stream);
                    number(bytes, Frame.HEADER, code(bytes, Frame.HEADER));
                    send(bytes);
                }
            }
            case GO_AWAY -> {
                number(bytes, Frame.HEADER, ledger.newest());
                number(bytes, Frame.HEADER + Integer.BYTES, code(bytes, Frame.HEADER + Integer.BYTES));
                send(bytes);
            }
            case SETTINGS -> {
                announceLimits(bytes);
                send(bytes);
            }
            default -> send(bytes);
        }
        giveRoom();
    }

    /** Helidon has larger ones, see {@link Http2Guard}. */
    private void announceLimits(byte[] settings) {
        for (int at = Frame.HEADER; at < settings.length; at += Short.BYTES + Integer.BYTES) {
            switch (ByteBuffer.wrap(settings).getShort(at)) {
                case MAX_CONCURRENT_STREAMS -> number(settings, at + Short.BYTES, (int) limits.streams());
                case MAX_FRAME_SIZE -> number(settings, at + Short.BYTES, limits.frame());
                default -> {
                    // Is kept by Helidon.
                }
            }
        }
    }

    private void update(int stream, byte[] bytes) {
        if (!begun) {
            begun = true;
            send(bytes);
            return;
        }
        int told = ledger.read(stream, number(bytes, Frame.HEADER));
        if (told > 0) {
            send(Frame.withNumber(Frame.WINDOW_UPDATE, stream, told));
        }
    }

    @Override
    public void writeData(Http2FrameData frame, FlowControl.Outbound helidons) {
        int stream = frame.header().streamId();
        int left = frame.header().length();
        boolean end = (frame.header().flags() & Frame.END_STREAM) != 0;
        BufferData content = left == 0 ? BufferData.empty() : frame.data();
        if (!windows.isOpen(stream)) {
            return;
        }
        if (end && left > 0 && left <= UnsentAnswers.LONGEST) {
            writeEnd(stream, content, left);
            return;
        }
        do {
            int taken = left == 0 ? 0 : windows.take(stream, left);
            if (taken == 0 && left > 0) {
                return;
            }
            left -= taken;
            boolean last = left == 0 && end;
            if (last) {
                answered(stream);
            }
            allowance.answered();
            send(Frame.bytes(Frame.DATA, last ? Frame.END_STREAM : 0, stream, content, taken));
        } while (left > 0);
        giveRoom();
    }

    /** Of a short answer, or the short end of a long one: no thread waits for room, whoever reads it. */
    private void writeEnd(int stream, BufferData content, int length) {
        byte[] end = new byte[length];
        content.read(end);
        if (windows.takeAll(stream, length)) {
            sendEnd(stream, end);
        } else if (!unsent.keep(stream, end)) {
            reset(stream, Http2ErrorCode.ENHANCE_YOUR_CALM);
        } else {
            // There may be room since.
            sendFitting();
        }
        giveRoom();
    }

    /** To be called when the client has given room, or given a stream up. */
    void sendFitting() {
        unsent.takeFitting().forEach(this::sendEnd);
    }

    private void sendEnd(int stream, byte[] content) {
        answered(stream);
        send(Frame.bytes(Frame.DATA, Frame.END_STREAM, stream, content));
    }

    @Override
    public int writeHeaders(Http2Headers given, int stream, Http2Flag.HeaderFlags flags,
                            FlowControl.Outbound helidons) {
        if (!windows.isOpen(stream)) {
            return 0;
        }
        int written = writeHeaders(fields(given), stream, (flags.value() & Frame.END_STREAM) != 0);
        giveRoom();
        return written;
    }

    /**
     * Writes one block.
     *
     * @param end whether nothing else comes on the stream
     * @return how many bytes that were
     */
    int writeHeaders(DefaultHttp2Headers given, int stream, boolean end) {
        if (end) {
            answered(stream);
        }
        allowance.answered();
        lock.lock();
        try {
            byte[] block = headers.forClient(stream, given);
            int to = 0;
            do {
                int type = to == 0 ? Frame.HEADERS : Frame.CONTINUATION;
                int from = to;
                to = Math.min(block.length, from + LONGEST_FRAME);
                int flags = (from == 0 && end ? Frame.END_STREAM : 0) | (to == block.length ? Frame.END_HEADERS : 0);
                writeUninterrupted(Frame.bytes(type, flags, stream, Arrays.copyOfRange(block, from, to)));
            } while (to < block.length);
            return Frame.HEADER + block.length;
        } finally {
            lock.unlock();
        }
    }

    private static DefaultHttp2Headers fields(Http2Headers given) {
        DefaultHttp2Headers fields = new DefaultHttp2Headers(false);
        if (given.status() != null) {
            fields.status(given.status().codeText());
        }
        // Helidon gives every answer without a body a length, which 204 must not have (RFC 9110, section 8.6).
        boolean noContent = Status.NO_CONTENT_204.equals(given.status());
        for (Header header : given.httpHeaders()) {
            if (noContent && header.headerName().equals(HeaderNames.CONTENT_LENGTH)) {
                continue;
            }
            header.allValues().forEach(value -> fields.add(header.headerName().lowerCase(), value));
        }
        return fields;
    }

    @Override
    public void updateHeaderTableSize(long size) {
        // Helidon's own table is not used.
    }

    /** Before it is written: whoever answers to it must find it noted. */
    private void answered(int stream) {
        windows.closed(stream);
        ledger.answered(stream);
    }

    private void send(byte[] frame) {
        lock.lock();
        try {
            writeUninterrupted(frame);
        } finally {
            lock.unlock();
        }
    }

    /** A virtual thread that is interrupted closes the socket it writes to, under all streams of the connection. */
    private void writeUninterrupted(byte[] frame) {
        boolean interrupted = Thread.interrupted();
        try {
            connection.dataWriter().writeNow(BufferData.create(frame));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int code(byte[] bytes, int at) {
        int code = number(bytes, at);
        return code < 0 || code > LAST_ERROR_CODE ? ENHANCE_YOUR_CALM : code;
    }

    private static int number(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getInt(at);
    }

    private static void number(byte[] bytes, int at, int number) {
        ByteBuffer.wrap(bytes).putInt(at, number);
    }
}
