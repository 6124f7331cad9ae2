package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.mcpsession.limit.ByteBudget;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Frames of a client that carry requests or give them up. Header blocks are decoded and checked, and Helidon reads them
 * as it can; what it would end the connection for ends the one stream. Used by one thread.
 */
final class RequestFrames {

    private static final byte[] NOTHING = {};
    private static final int PRIORITY_LENGTH = 5;
    private static final int LARGE = 16_384;

    private final StreamLedger ledger;
    private final SendWindows windows;
    private final StreamTasks tasks;
    private final HeaderCodec codec;
    private final GuardedWriter writer;
    private final FrameLimits limits;
    private final FrameAllowance allowance;
    private final ByteBudget.Share memory;
    /** The header block that is not whole yet, as far as its frames have come. */
    private ByteArrayOutputStream block = new ByteArrayOutputStream();
    /** All bytes of these frames. */
    private long blockFrames;
    /** The first of these frames; null while there is none. */
    private Frame first;

    /**
     * @param memory for header blocks that are long and not whole
     */
    RequestFrames(StreamLedger ledger, SendWindows windows, StreamTasks tasks, HeaderCodec codec, GuardedWriter writer,
                  FrameLimits limits, FrameAllowance allowance, ByteBudget.Share memory) {
        this.memory = memory;
        this.ledger = ledger;
        this.windows = windows;
        this.tasks = tasks;
        this.codec = codec;
        this.writer = writer;
        this.limits = limits;
        this.allowance = allowance;
    }

    /**
     * A frame begins, of whatever type, and its payload is going to be kept.
     *
     * @throws Http2Exception when it may not come now, or is too large
     */
    void begin(Frame frame) {
        boolean continues = frame.type() == Frame.CONTINUATION;
        if (first == null ? continues : !continues || frame.stream() != first.stream()) {
            throw new Http2Exception(Http2ErrorCode.PROTOCOL, "headers are not continued");
        }
        if (frame.type() == Frame.HEADERS || continues) {
            blockFrames += Frame.HEADER + frame.length();
            if (blockFrames > limits.block()) {
                throw new Http2Exception(Http2ErrorCode.ENHANCE_YOUR_CALM, "headers are too large");
            }
        }
    }

    /**
     * Takes one frame.
     *
     * @param bytes all of it
     * @return what Helidon is to read in its place, perhaps nothing
     * @throws Http2Exception when the connection has to end
     */
    byte[] take(Frame frame, byte[] bytes) {
        if (frame.stream() == 0) {
            throw new Http2Exception(Http2ErrorCode.PROTOCOL, "a frame of a stream names none");
        }
        return switch (frame.type()) {
            case Frame.DATA -> data(frame, bytes);
            case Frame.RST_STREAM -> reset(frame, bytes);
            default -> headers(frame, bytes);
        };
    }

    private byte[] data(Frame frame, byte[] bytes) {
        int stream = frame.stream();
        if (stream > ledger.newest() || frame.is(Frame.PADDED)
                && (frame.length() == 0 || (bytes[Frame.HEADER] & 0xff) >= frame.length())) {
            throw new Http2Exception(Http2ErrorCode.PROTOCOL, "DATA of no stream, or more padding than there is data");
        }
        boolean closed = ledger.isOver(stream) && !ledger.wasResetByHelidon(stream) || ledger.isEnded(stream);
        boolean heard = ledger.received(stream, frame.length());
        if (frame.is(Frame.END_STREAM)) {
            ledger.ended(stream);
        }
        writer.giveRoom();
        if (closed) {
            return ledger.isRefused(stream) ? NOTHING : fail(stream, Http2ErrorCode.STREAM_CLOSED);
        }
        if (heard) {
            return bytes;
        }
        // Helidon would keep some frames that nobody reads, and with the next one the connection would stand still.
        return frame.is(Frame.END_STREAM) ? cancel(stream) : NOTHING;
    }

    /**
     * A stream that is over is reset as well, by a client that has crossed with its answer or wants no more of it: Helidon
     * takes that for an error of the connection.
     */
    private byte[] reset(Frame frame, byte[] bytes) {
        if (frame.length() != Integer.BYTES) {
            throw new Http2Exception(Http2ErrorCode.FRAME_SIZE, "RST_STREAM has a wrong length");
        }
        boolean over = ledger.isOver(frame.stream());
        ledger.resetByClient(frame.stream());
        windows.closed(frame.stream());
        tasks.reset(frame.stream());
        writer.sendFitting();
        writer.giveRoom();
        if (over) {
            return NOTHING;
        }
        allowance.givenUp();
        return bytes;
    }

    private byte[] headers(Frame frame, byte[] bytes) {
        first = first == null ? frame : first;
        addFragment(frame, bytes);
        if (!frame.is(Frame.END_HEADERS)) {
            return NOTHING;
        }
        Frame begun = first;
        HeaderList headers = codec.decode(begun.stream(), block.toByteArray());
        block = block.size() > LARGE ? new ByteArrayOutputStream() : block;
        block.reset();
        memory.close();
        blockFrames = 0;
        first = null;
        if (begun.stream() % 2 == 0) {
            throw new Http2Exception(Http2ErrorCode.PROTOCOL, "streams of clients have odd numbers");
        }
        return begun.stream() > ledger.newest() ? request(begun, headers) : trailers(begun, headers);
    }

    /** The part of a header block that a frame has, without what else stands in HEADERS (RFC 9113, section 6.2). */
    private void addFragment(Frame frame, byte[] bytes) {
        int from = Frame.HEADER;
        int to = bytes.length;
        if (frame.type() == Frame.HEADERS) {
            from += (frame.is(Frame.PADDED) ? 1 : 0) + (frame.is(Frame.WITH_PRIORITY) ? PRIORITY_LENGTH : 0);
            to -= frame.is(Frame.PADDED) && frame.length() > 0 ? bytes[Frame.HEADER] & 0xff : 0;
        }
        if (from > to) {
            throw new Http2Exception(Http2ErrorCode.PROTOCOL, "more padding than there are headers");
        }
        // An array that grows is twice as long as what it holds, at most.
        int more = 2 * (block.size() + to - from - Math.max(LARGE, block.size()));
        if (more > 0 && !memory.tryTake(more)) {
            throw new Http2Exception(Http2ErrorCode.ENHANCE_YOUR_CALM, "too many headers are read at a time");
        }
        block.write(bytes, from, to - from);
    }

    private byte[] request(Frame begun, HeaderList headers) {
        int stream = begun.stream();
        boolean full = ledger.size() >= limits.streams();
        ledger.opened(stream);
        windows.opened(stream);
        if (begun.is(Frame.END_STREAM)) {
            ledger.ended(stream);
        }
        if (full) {
            return refuse(begun, Http2ErrorCode.REFUSED_STREAM);
        }
        if (headers.isTooLarge()) {
            return refuse(begun, RequestRules.TOO_LARGE, "headers are too large", headers.isGrpc());
        }
        if (!RequestRules.isRequest(headers)) {
            return refuse(begun, Http2ErrorCode.PROTOCOL);
        }
        if (RequestRules.isConnect(headers)) {
            return refuse(begun, RequestRules.NOT_IMPLEMENTED, "CONNECT is not implemented", headers.isGrpc());
        }
        if (!RequestRules.isReadablePath(headers.path())) {
            return refuse(begun, RequestRules.BAD_REQUEST, "the path is not one", headers.isGrpc());
        }
        tasks.opening(stream);
        return forHelidon(begun, codec.forHelidon(stream, RequestRules.forHelidon(headers)));
    }

    /** Helidon ignores what stands in trailers, and reads an end without them in any state. */
    private byte[] trailers(Frame begun, HeaderList headers) {
        int stream = begun.stream();
        if (ledger.isRefused(stream)) {
            return NOTHING;
        }
        if (ledger.isOver(stream) && !ledger.wasResetByHelidon(stream)) {
            throw new Http2Exception(Http2ErrorCode.STREAM_CLOSED, "headers of a stream that is over");
        }
        if (!begun.is(Frame.END_STREAM) || !RequestRules.areTrailers(headers)) {
            return fail(stream, Http2ErrorCode.PROTOCOL);
        }
        return data(new Frame(0, Frame.DATA, Frame.END_STREAM, stream),
                Frame.bytes(Frame.DATA, Frame.END_STREAM, stream));
    }

    private byte[] forHelidon(Frame begun, byte[] encoded) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream(encoded.length + Frame.HEADER);
        int to = 0;
        do {
            int from = to;
            to = Math.min(encoded.length, from + limits.frame());
            int flags = (from == 0 ? begun.flags() & Frame.END_STREAM : 0)
                    | (to == encoded.length ? Frame.END_HEADERS : 0);
            frames.writeBytes(Frame.bytes(from == 0 ? Frame.HEADERS : Frame.CONTINUATION, flags, begun.stream(),
                    Arrays.copyOfRange(encoded, from, to)));
        } while (to < encoded.length);
        return frames.toByteArray();
    }

    private byte[] refuse(Frame begun, int status, String why, boolean grpc) {
        writer.writeHeaders(RequestRules.refusal(status, why, grpc), begun.stream(), true);
        return begun.is(Frame.END_STREAM) ? NOTHING : refuse(begun, Http2ErrorCode.NO_ERROR);
    }

    private byte[] refuse(Frame begun, Http2ErrorCode code) {
        writer.reset(begun.stream(), code);
        if (code != Http2ErrorCode.NO_ERROR) {
            allowance.givenUp();
        }
        return NOTHING;
    }

    /** Gives a stream up that Helidon may know. */
    private byte[] fail(int stream, Http2ErrorCode code) {
        boolean over = ledger.isOver(stream);
        writer.reset(stream, code);
        tasks.reset(stream);
        allowance.givenUp();
        return over ? NOTHING : cancel(stream);
    }

    private static byte[] cancel(int stream) {
        return Frame.withNumber(Frame.RST_STREAM, stream, Http2ErrorCode.CANCEL.code());
    }
}
