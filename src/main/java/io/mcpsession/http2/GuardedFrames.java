package io.mcpsession.http2;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The frames of one connection, each held back until it is whole (RFC 9113, section 4), and header blocks until they
 * are decoded. Used by the thread of its connection only.
 *
 * <p>When the connection ends, Helidon 4.5.0 tells no call: threads and calls would wait for more of what their client
 * was saying, for ever. It is told that the client reset them.
 *
 * <p>What it throws makes Helidon say GOAWAY with the error's code, and close the connection.
 */
final class GuardedFrames implements Supplier<byte[]> {

    private static final int PREFACE = 24;
    private static final int FRAME_HEADER = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int GOAWAY = 7;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;
    private static final int PRIORITY_LENGTH = 5;
    private static final int CANCEL = 8;
    private static final int LARGE = 16_384;

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
    private final StreamLedger ledger;
    private final StreamTasks streams;
    private final Runnable room;
    private final int longestFrame;
    private final long longestBlock;
    private final HeaderDecoder decoder;
    private ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream frameHeader = new ByteArrayOutputStream(FRAME_HEADER);
    /** The header block that is not whole yet, as far as its frames have come. */
    private ByteArrayOutputStream block = new ByteArrayOutputStream();
    /** All bytes of these frames. */
    private long blockFrames;
    /** The frame that is not whole yet. */
    private ByteArrayOutputStream held = new ByteArrayOutputStream();
    private Part part = Part.PREFACE;
    private int left = PREFACE;
    private Frame frame;
    /** Of the header block that is not whole yet; null while there is none. */
    private Frame first;
    /** What came and was not looked at yet, from {@code at} on. */
    private byte[] input = new byte[0];
    private int at;
    private RuntimeException end;

    /**
     * @param ledger       told what comes
     * @param streams      told what becomes of them
     * @param room         run when there may be room for more on the connection
     * @param decoder      for the header blocks of this connection
     * @param longestFrame payload of one frame, in bytes, that Helidon accepts
     * @param longestBlock all frames with one header block, in bytes
     */
    GuardedFrames(DataReader source, StreamLedger ledger, StreamTasks streams, Runnable room,
                  HeaderDecoder decoder, int longestFrame,
                  long longestBlock) {
        this.source = source;
        this.ledger = ledger;
        this.streams = streams;
        this.room = room;
        this.decoder = decoder;
        this.longestFrame = longestFrame;
        this.longestBlock = longestBlock;
    }

    /** Waits for a frame that can be passed on, and passes no other with it: Helidon is done with what came before. */
    @Override
    public byte[] get() {
        passed = emptied(passed);
        while (passed.size() == 0) {
            if (end != null) {
                throw end;
            }
            try {
                if (at == input.length) {
                    source.ensureAvailable();
                    input = source.readBuffer().readBytes();
                    at = 0;
                }
                take();
            } catch (RuntimeException e) {
                end = e;
                ledger.open().forEach(this::cancel);
            }
        }
        return passed.toByteArray();
    }

    /** A connection that had one large frame does not keep its memory. */
    private static ByteArrayOutputStream emptied(ByteArrayOutputStream bytes) {
        if (bytes.size() > LARGE) {
            return new ByteArrayOutputStream();
        }
        bytes.reset();
        return bytes;
    }

    private void take() {
        int count = Math.min(left, input.length - at);
        take(input, at, count);
        at += count;
        left -= count;
        while (left == 0) {
            next();
        }
    }

    private void take(byte[] bytes, int from, int count) {
        switch (part) {
            case PREFACE -> passed.write(bytes, from, count);
            case FRAME_HEADER -> frameHeader.write(bytes, from, count);
            case PAYLOAD -> held.write(bytes, from, count);
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
            if (part == Part.PAYLOAD) {
                end();
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
        held.writeBytes(header);
        if (first != null) {
            blockFrames += header.length + frame.length();
            if (blockFrames > longestBlock) {
                throw new Http2Exception(Http2ErrorCode.ENHANCE_YOUR_CALM, "headers are too large");
            }
        }
    }

    private void end() {
        if (first == null) {
            passFrame();
        } else {
            addFragment();
            if (frame.is(END_HEADERS)) {
                passHeaders();
            }
        }
        held = emptied(held);
    }

    /** The part of a header block that this frame has, without what else stands in HEADERS (RFC 9113, section 6.2). */
    private void addFragment() {
        byte[] bytes = held.toByteArray();
        int from = FRAME_HEADER;
        int to = bytes.length;
        if (frame.type() == HEADERS) {
            from += (frame.is(PADDED) ? 1 : 0) + (frame.is(PRIORITY) ? PRIORITY_LENGTH : 0);
            to -= frame.is(PADDED) && frame.length() > 0 ? bytes[FRAME_HEADER] & 0xff : 0;
        }
        if (from > to) {
            throw new Http2Exception(Http2ErrorCode.PROTOCOL, "more padding than there are headers");
        }
        block.write(bytes, from, to - from);
    }

    private void passFrame() {
        if (frame.type() == DATA) {
            boolean heard = ledger.received(frame.stream(), frame.length());
            if (frame.is(END_STREAM)) {
                ledger.ended(frame.stream());
            }
            room.run();
            if (!heard) {
                passUnheard();
                return;
            }
        } else if (frame.type() == RST_STREAM && !resets()) {
            return;
        } else if (frame.type() == GOAWAY) {
            // Helidon closes the connection, and tells nobody who waits.
            ledger.open().forEach(this::cancel);
        }
        passed.writeBytes(held.toByteArray());
    }

    /**
     * A stream that is over is reset as well, by a client that has crossed with its answer or wants no more of it: Helidon
     * takes that for an error of the connection.
     */
    private boolean resets() {
        boolean over = ledger.isOver(frame.stream());
        ledger.resetByClient(frame.stream());
        streams.reset(frame.stream());
        room.run();
        return !over;
    }

    /** Helidon would keep some frames that nobody reads, and with the next one the connection would stand still. */
    private void passUnheard() {
        if (frame.is(END_STREAM)) {
            cancel(frame.stream());
        }
    }

    private void passHeaders() {
        HeaderList headers = decoder.decode(first.stream(), block.toByteArray());
        block = emptied(block);
        blockFrames = 0;
        if (headers.isTooLarge()) {
            throw new Http2Exception(Http2ErrorCode.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers are too large");
        }
        passBlock(headers.encoded());
        ledger.opened(first.stream());
        streams.opening(first.stream());
        if (first.is(END_STREAM)) {
            ledger.ended(first.stream());
        }
        first = null;
    }

    private void passBlock(byte[] encoded) {
        int to = Math.min(encoded.length, longestFrame);
        pass(HEADERS, first.flags() & END_STREAM | (to == encoded.length ? END_HEADERS : 0), first.stream(),
                Arrays.copyOf(encoded, to));
        while (to < encoded.length) {
            int from = to;
            to = Math.min(encoded.length, from + longestFrame);
            pass(CONTINUATION, to == encoded.length ? END_HEADERS : 0, first.stream(),
                    Arrays.copyOfRange(encoded, from, to));
        }
    }

    private void cancel(int stream) {
        pass(RST_STREAM, 0, stream, ByteBuffer.allocate(Integer.BYTES).putInt(CANCEL).array());
    }

    private void pass(int type, int flags, int stream, byte[] content) {
        passed.writeBytes(ByteBuffer.allocate(FRAME_HEADER).putInt(content.length << 8 | type).put((byte) flags)
                .putInt(stream).array());
        passed.writeBytes(content);
    }
}
