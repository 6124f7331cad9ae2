package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import java.nio.ByteBuffer;

/**
 * Frames of a client that neither carry a request nor give one up: checked as RFC 9113 wants it, applied where they are
 * about what is sent, and cut down to what Helidon reads rightly. Used by one thread.
 *
 * <p>Helidon 4.5.0 does not skip the value of a setting it does not know, so that all settings after it are misread
 * (helidon#12196); it ends connections for errors of one stream, and for frames that are allowed.
 */
final class ControlFrames {

    private static final byte[] NOTHING = {};
    private static final byte[] NO_SETTINGS = Frame.bytes(Frame.SETTINGS, 0, 0);
    private static final int SETTING = 6;
    private static final int HEADER_TABLE_SIZE = 1;
    private static final int ENABLE_PUSH = 2;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_FRAME_SIZE = 5;
    private static final int SMALLEST_MAX_FRAME = 1 << 14;
    private static final int LARGEST_MAX_FRAME = (1 << 24) - 1;
    private static final int PRIORITY_LENGTH = 5;
    private static final int PING_LENGTH = 8;
    private static final int GOAWAY_LENGTH = 8;

    private final StreamLedger ledger;
    private final SendWindows windows;
    private final GuardedWriter writer;
    private final FrameAllowance allowance;

    ControlFrames(StreamLedger ledger, SendWindows windows, GuardedWriter writer, FrameAllowance allowance) {
        this.ledger = ledger;
        this.windows = windows;
        this.writer = writer;
        this.allowance = allowance;
    }

    /**
     * Takes one frame.
     *
     * @param bytes all of it
     * @return what Helidon is to read in its place, perhaps nothing
     * @throws Http2Exception when the connection has to end
     */
    byte[] take(Frame frame, byte[] bytes) {
        ByteBuffer payload = ByteBuffer.wrap(bytes, Frame.HEADER, frame.length());
        return switch (frame.type()) {
            case Frame.SETTINGS -> settings(frame, payload);
            case Frame.WINDOW_UPDATE -> windowUpdate(frame, payload);
            case Frame.PRIORITY -> priority(frame);
            case Frame.PING -> {
                onConnection(frame);
                length(frame.length() == PING_LENGTH);
                yield frame.is(Frame.ACK) ? NOTHING : bytes;
            }
            case Frame.GOAWAY -> {
                onConnection(frame);
                length(frame.length() >= GOAWAY_LENGTH);
                yield bytes;
            }
            case Frame.PUSH_PROMISE -> throw protocolError("a client cannot push");
            // Section 4.1: types that are not known are ignored.
            default -> NOTHING;
        };
    }

    private byte[] settings(Frame frame, ByteBuffer payload) {
        onConnection(frame);
        if (frame.is(Frame.ACK)) {
            length(frame.length() == 0);
            return NOTHING;
        }
        applySettings(payload);
        // Acknowledged by Helidon, which then begins with the request of an upgrade.
        return NO_SETTINGS;
    }

    /**
     * Applies the settings of a frame, or of the header of an upgrade (RFC 7540, section 3.2.1).
     *
     * @throws Http2Exception when one is not allowed (section 6.5.2)
     */
    void applySettings(ByteBuffer settings) {
        length(settings.remaining() % SETTING == 0);
        while (settings.hasRemaining()) {
            int id = settings.getShort() & 0xffff;
            apply(id, Integer.toUnsignedLong(settings.getInt()));
        }
    }

    private void apply(int id, long value) {
        switch (id) {
            case HEADER_TABLE_SIZE -> writer.clientTable(value);
            case ENABLE_PUSH -> {
                if (value > 1) {
                    throw protocolError("ENABLE_PUSH is neither 0 nor 1");
                }
            }
            case INITIAL_WINDOW_SIZE -> {
                windows.initialWindow(value);
                writer.sendFitting();
            }
            case MAX_FRAME_SIZE -> {
                if (value < SMALLEST_MAX_FRAME || value > LARGEST_MAX_FRAME) {
                    throw protocolError("MAX_FRAME_SIZE is out of range");
                }
            }
            default -> {
                // Of no use to a server, or not known.
            }
        }
    }

    private byte[] windowUpdate(Frame frame, ByteBuffer payload) {
        length(frame.length() == Integer.BYTES);
        int bytes = payload.getInt() & Integer.MAX_VALUE;
        int stream = frame.stream();
        if (stream == 0) {
            if (bytes == 0) {
                throw protocolError("WINDOW_UPDATE of nothing");
            }
            windows.addToConnection(bytes);
            writer.sendFitting();
            return NOTHING;
        }
        if (stream > ledger.newest()) {
            throw protocolError("WINDOW_UPDATE of a stream that was not begun");
        }
        if (bytes == 0) {
            return reset(stream, Http2ErrorCode.PROTOCOL);
        }
        if (!windows.addToStream(stream, bytes)) {
            return reset(stream, Http2ErrorCode.FLOW_CONTROL);
        }
        writer.sendFitting();
        // Helidon takes it for a sign of life, and has a window that is never used up.
        return windows.isOpen(stream) ? Frame.withNumber(Frame.WINDOW_UPDATE, stream, 1) : NOTHING;
    }

    /** Of no use; but one of a wrong length is an error of its stream (section 6.3). */
    private byte[] priority(Frame frame) {
        if (frame.stream() == 0) {
            throw protocolError("PRIORITY of no stream");
        }
        return frame.length() == PRIORITY_LENGTH || !windows.isOpen(frame.stream()) ? NOTHING
                : reset(frame.stream(), Http2ErrorCode.FRAME_SIZE);
    }

    /** Gives a stream up on both sides. */
    private byte[] reset(int stream, Http2ErrorCode code) {
        if (!windows.isOpen(stream)) {
            return NOTHING;
        }
        writer.reset(stream, code);
        allowance.givenUp();
        return Frame.withNumber(Frame.RST_STREAM, stream, code.code());
    }

    private static void onConnection(Frame frame) {
        if (frame.stream() != 0) {
            throw protocolError("a frame of the connection names a stream");
        }
    }

    private static void length(boolean right) {
        if (!right) {
            throw new Http2Exception(Http2ErrorCode.FRAME_SIZE, "a frame has a wrong length");
        }
    }

    private static Http2Exception protocolError(String why) {
        return new Http2Exception(Http2ErrorCode.PROTOCOL, why);
    }
}
