package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import java.nio.ByteBuffer;

/**
 * Begin of a frame (RFC 9113, section 4.1).
 *
 * @param length of its payload, in bytes
 * @param stream without the reserved bit
 */
record Frame(int length, int type, int flags, int stream) {

    static final int HEADER = 9;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int ACK = 0x1;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int WITH_PRIORITY = 0x20;

    static Frame of(byte[] header) {
        ByteBuffer bytes = ByteBuffer.wrap(header);
        int lengthAndType = bytes.getInt();
        return new Frame(lengthAndType >>> 8, lengthAndType & 0xff, bytes.get(), bytes.getInt() & Integer.MAX_VALUE);
    }

    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    /** A whole frame. */
    static byte[] bytes(int type, int flags, int stream, byte... payload) {
        return header(type, flags, stream, payload.length).put(payload).array();
    }

    /** A whole frame whose payload is a number. */
    static byte[] withNumber(int type, int stream, int number) {
        return header(type, 0, stream, Integer.BYTES).putInt(number).array();
    }

    /** A whole frame with the next bytes of some content. */
    static byte[] bytes(int type, int flags, int stream, BufferData content, int length) {
        byte[] frame = header(type, flags, stream, length).array();
        content.read(frame, HEADER, length);
        return frame;
    }

    private static ByteBuffer header(int type, int flags, int stream, int length) {
        return ByteBuffer.allocate(HEADER + length).putInt(length << 8 | type).put((byte) flags).putInt(stream);
    }
}
