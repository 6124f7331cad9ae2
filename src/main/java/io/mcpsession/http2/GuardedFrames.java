package io.mcpsession.http2;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * The bytes of one connection, with each header block held back until it is whole and has been looked at (RFC 9113,
 * section 4). Everything else is passed on as it comes. Used by the thread of its connection only.
 *
 * <p>What it throws makes Helidon say GOAWAY with the error's code, and close the connection.
 */
final class GuardedFrames implements Supplier<byte[]> {

    private static final int PREFACE = 24;
    private static final int FRAME_HEADER = 9;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;
    private static final int PRIORITY_LENGTH = 5;

    private enum Part {
        PREFACE, FRAME_HEADER, PAYLOAD
    }

    /**
     * Begin of a frame.
     *
     * @param stream with its reserved bit
     */
    private record Frame(int length, int type, int flags, int stream) {

        static Frame of(byte[] header) {
            ByteBuffer bytes = ByteBuffer.wrap(header);
            int lengthAndType = bytes.getInt();
            return new Frame(lengthAndType >>> 8, lengthAndType & 0xff, bytes.get(), bytes.getInt());
        }

        boolean is(int flag) {
            return (flags & flag) != 0;
        }
    }

    private final DataReader source;
    private final int longestFrame;
    private final long longestBlock;
    private final HeaderTable table = new HeaderTable();
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream frameHeader = new ByteArrayOutputStream(FRAME_HEADER);
    /** Frames of a header block that is not whole yet. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    /** Their payloads, one after the other, which is what Helidon decodes. */
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private Part part = Part.PREFACE;
    private int left = PREFACE;
    private Frame frame;
    /** Of the block that is being held; null while there is none. */
    private Frame first;

    /**
     * @param longestFrame payload of one frame, in bytes, that Helidon accepts
     * @param longestList  headers of one request, in bytes, that Helidon accepts when they take several frames
     */
    GuardedFrames(DataReader source, int longestFrame, long longestList) {
        this.source = source;
        this.longestFrame = longestFrame;
        this.longestBlock = longestFrame + longestList;
    }

    /** Waits for bytes that can be passed on. */
    @Override
    public byte[] get() {
        passed.reset();
        while (passed.size() == 0) {
            source.ensureAvailable();
            take(source.readBuffer().readBytes());
        }
        return passed.toByteArray();
    }

    private void take(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            int count = Math.min(left, bytes.length - at);
            take(bytes, at, count);
            at += count;
            left -= count;
            while (left == 0) {
                next();
            }
        }
    }

    private void take(byte[] bytes, int at, int count) {
        if (part == Part.FRAME_HEADER) {
            frameHeader.write(bytes, at, count);
        } else if (first == null) {
            passed.write(bytes, at, count);
        } else {
            held.write(bytes, at, count);
            block.write(bytes, at, count);
        }
    }

    /** What was waited for is whole. */
    private void next() {
        if (part == Part.FRAME_HEADER) {
            begin(frameHeader.toByteArray());
            frameHeader.reset();
            part = Part.PAYLOAD;
            left = frame.length();
        } else {
            if (first != null && frame.is(END_HEADERS)) {
                pass();
            }
            part = Part.FRAME_HEADER;
            left = FRAME_HEADER;
        }
    }

    private void begin(byte[] header) {
        frame = Frame.of(header);
        if (frame.length() > longestFrame) {
            throw new Http2Exception(Http2ErrorCode.FRAME_SIZE, "a frame is too big");
        }
        if (first == null && frame.type() == HEADERS) {
            first = frame;
        } else if (first != null && (frame.type() != CONTINUATION || frame.stream() != first.stream())) {
            throw new Http2Exception(Http2ErrorCode.PROTOCOL, "headers are not continued");
        }
        (first == null ? passed : held).writeBytes(header);
        if (held.size() + frame.length() > longestBlock) {
            throw new Http2Exception(Http2ErrorCode.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers are too large");
        }
    }

    private void pass() {
        byte[] whole = block.toByteArray();
        int start = (first.is(PADDED) ? 1 : 0) + (first.is(PRIORITY) ? PRIORITY_LENGTH : 0);
        int padding = first.is(PADDED) && whole.length > 0 ? whole[0] & 0xff : 0;
        byte[] harmless = table.harmless(whole, start, padding);
        if (harmless == whole) {
            passed.writeBytes(held.toByteArray());
        } else {
            if (harmless.length > longestFrame) {
                throw new Http2Exception(Http2ErrorCode.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers are too large");
            }
            passed.writeBytes(ByteBuffer.allocate(FRAME_HEADER).putInt(harmless.length << 8 | HEADERS)
                    .put((byte) (first.flags() | END_HEADERS)).putInt(first.stream()).array());
            passed.writeBytes(harmless);
        }
        held.reset();
        block.reset();
        first = null;
    }
}
