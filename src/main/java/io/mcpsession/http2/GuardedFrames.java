package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.mcpsession.connection.YieldingReader;
import java.io.ByteArrayOutputStream;
import java.util.function.Supplier;

/**
 * The frames of one connection, each held back until it is whole (RFC 9113, section 4), and replaced by what Helidon is to
 * read. Used by the thread of its connection only.
 *
 * <p>When the connection ends, Helidon 4.5.0 tells no call: threads and calls would wait for more of what their client
 * was saying, for ever. It is told that the client reset them.
 *
 * <p>What it throws makes Helidon say GOAWAY with the error's code, and close the connection.
 */
final class GuardedFrames implements Supplier<byte[]> {

    private static final int PREFACE = 24;
    private static final int LARGE = 16_384;

    private enum Part {
        PREFACE, FRAME_HEADER, PAYLOAD
    }

    private final YieldingReader source;
    private final StreamLedger ledger;
    private final RequestFrames requests;
    private final ControlFrames controls;
    private final FrameLimits limits;
    private final FrameAllowance allowance;
    private ByteArrayOutputStream passed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream frameHeader = new ByteArrayOutputStream(Frame.HEADER);
    /** The frame that is not whole yet. */
    private ByteArrayOutputStream held = new ByteArrayOutputStream();
    private Part part = Part.PREFACE;
    private int left = PREFACE;
    private Frame frame;
    /** What came and was not looked at yet, from {@code at} on. */
    private byte[] input = new byte[0];
    private int at;
    private RuntimeException end;

    GuardedFrames(YieldingReader source, StreamLedger ledger, RequestFrames requests, ControlFrames controls,
                  FrameLimits limits, FrameAllowance allowance) {
        this.source = source;
        this.ledger = ledger;
        this.requests = requests;
        this.controls = controls;
        this.limits = limits;
        this.allowance = allowance;
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
                    input = source.get();
                    at = 0;
                }
                source.yieldIfDue();
                take();
            } catch (RuntimeException e) {
                end = e;
                cancelAll();
            }
        }
        return passed.toByteArray();
    }

    /** Whether what the client sent ends the connection, and it is told why. */
    boolean isFaulty() {
        return end instanceof Http2Exception;
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
        (switch (part) {
            case PREFACE -> passed;
            case FRAME_HEADER -> frameHeader;
            case PAYLOAD -> held;
        }).write(input, at, count);
        at += count;
        left -= count;
        while (left == 0) {
            next();
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
            left = Frame.HEADER;
        }
    }

    private void begin(byte[] header) {
        frame = Frame.of(header);
        if (frame.length() > limits.frame()) {
            throw new Http2Exception(Http2ErrorCode.FRAME_SIZE, "a frame is too big");
        }
        requests.begin(frame);
        if (frame.type() == Frame.HEADERS && frame.stream() > ledger.newest()) {
            allowance.asked();
        } else if (frame.type() != Frame.DATA || frame.length() == 0 && !frame.is(Frame.END_STREAM)) {
            allowance.take(frame);
        }
        held.writeBytes(header);
    }

    private void end() {
        byte[] bytes = held.toByteArray();
        held = emptied(held);
        if (frame.type() == Frame.GOAWAY) {
            // Helidon closes the connection, and tells nobody who waits.
            cancelAll();
        }
        passed.writeBytes(switch (frame.type()) {
            case Frame.DATA, Frame.HEADERS, Frame.CONTINUATION, Frame.RST_STREAM -> requests.take(frame, bytes);
            default -> controls.take(frame, bytes);
        });
    }

    private void cancelAll() {
        ledger.open().forEach(stream ->
                passed.writeBytes(Frame.withNumber(Frame.RST_STREAM, stream, Http2ErrorCode.CANCEL.code())));
    }
}
