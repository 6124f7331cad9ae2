package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2RstStream;
import io.helidon.http.http2.Http2StreamState;
import io.helidon.http.http2.Http2WindowUpdate;
import io.helidon.webserver.http2.spi.Http2SubProtocolSelector.SubProtocolHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * The messages of one gRPC call. Helidon 4.5.0 gets each of them whole, inflated, in a frame of its own, and none that it
 * would not survive: it takes what it cannot read for a call that was cancelled, and writes a stack trace to the log
 * for each; it takes the length of a message for granted before a byte of it has come.
 *
 * <p>Messages are read by the thread of their stream only.
 */
public final class MessageFrames implements SubProtocolHandler {

    private static final ScopedValue<MessageFrames> CURRENT = ScopedValue.newInstance();

    private static final int PREFIX = 5;
    private static final int PLAIN = 0;
    private static final int COMPRESSED = 1;

    private final SubProtocolHandler call;
    private final int stream;
    private final boolean gzip;
    private final int longest;
    /** The message that is not whole yet, with its prefix; grows as it comes, whatever length it announces. */
    private ByteArrayOutputStream held = new ByteArrayOutputStream(0);
    private byte[] prefix = new byte[PREFIX];
    private int prefixed;
    private Consumer<CallFault> refusal = _ -> { };
    private boolean refused;

    /**
     * @param call    what Helidon makes of it
     * @param gzip    whether messages that are compressed are so by gzip; else the call does not say how
     * @param longest message, in bytes, as it is sent and as it is inflated
     */
    MessageFrames(SubProtocolHandler call, int stream, boolean gzip, int longest) {
        this.call = call;
        this.stream = stream;
        this.gzip = gzip;
        this.longest = longest;
    }

    /**
     * Has somebody answer the call that begins on this thread when something is wrong with what it says. Nothing
     * more that it says arrives after that.
     */
    public static void onFault(Consumer<CallFault> refusal) {
        if (CURRENT.isBound()) {
            CURRENT.get().refusal = refusal;
        }
    }

    @Override
    public void init() {
        ScopedValue.where(CURRENT, this).run(call::init);
    }

    @Override
    public Http2StreamState streamState() {
        return call.streamState();
    }

    @Override
    public void rstStream(Http2RstStream reset) {
        call.rstStream(reset);
    }

    @Override
    public void windowUpdate(Http2WindowUpdate update) {
        call.windowUpdate(update);
    }

    @Override
    public void data(Http2FrameHeader header, BufferData data) {
        boolean last = header.flags(Http2FrameTypes.DATA).endOfStream();
        if (isWholeAndPlain(data)) {
            call.data(header, data);
            return;
        }
        while (!refused && data.available() > 0) {
            take(data);
        }
        if (last) {
            if (prefixed > 0 && !refused) {
                refuse(CallFault.MESSAGE_TRUNCATED);
            }
            pass(new byte[0], true);
        }
    }

    /** As nearly all are: in one frame, which holds nothing else. */
    private boolean isWholeAndPlain(BufferData data) {
        return !refused && prefixed == 0 && data.available() >= PREFIX && data.get(0) == PLAIN
                && length(data.get(1), data.get(2), data.get(3), data.get(4)) == data.available() - PREFIX
                && data.available() - PREFIX <= longest;
    }

    private static long length(int... bytes) {
        long length = 0;
        for (int one : bytes) {
            length = length << 8 | one & 0xff;
        }
        return length;
    }

    private void take(BufferData data) {
        if (prefixed < PREFIX) {
            prefixed += data.read(prefix, prefixed, Math.min(PREFIX - prefixed, data.available()));
            if (prefixed < PREFIX) {
                return;
            }
            if (prefix[0] != PLAIN && prefix[0] != COMPRESSED) {
                refuse(CallFault.MESSAGE_FLAG_INVALID);
                return;
            }
            if (prefix[0] == COMPRESSED && !gzip) {
                refuse(CallFault.MESSAGE_ENCODING_MISSING);
                return;
            }
            if (announced() > longest) {
                refuse(CallFault.MESSAGE_TOO_LARGE);
                return;
            }
        }
        byte[] more = new byte[(int) Math.min(announced() - held.size(), data.available())];
        data.read(more);
        held.writeBytes(more);
        if (held.size() == announced()) {
            passHeld();
        }
    }

    private long announced() {
        return length(prefix[1], prefix[2], prefix[3], prefix[4]);
    }

    private void passHeld() {
        byte[] message = held.toByteArray();
        boolean compressed = prefix[0] == COMPRESSED;
        held = new ByteArrayOutputStream(0);
        prefixed = 0;
        if (compressed && message.length > 0) {
            try (GZIPInputStream inflating = new GZIPInputStream(new ByteArrayInputStream(message))) {
                message = inflating.readNBytes(longest + 1);
            } catch (IOException e) {
                refuse(CallFault.MESSAGE_CORRUPT);
                return;
            }
            if (message.length > longest) {
                refuse(CallFault.MESSAGE_TOO_LARGE);
                return;
            }
        }
        pass(ByteBuffer.allocate(PREFIX + message.length).put((byte) PLAIN).putInt(message.length).put(message).array(),
                false);
    }

    private void refuse(CallFault fault) {
        refused = true;
        held = new ByteArrayOutputStream(0);
        refusal.accept(fault);
    }

    private void pass(byte[] content, boolean last) {
        call.data(Http2FrameHeader.create(content.length, Http2FrameTypes.DATA,
                Http2Flag.DataFlags.create(last ? Http2Flag.END_OF_STREAM : 0), stream), BufferData.create(content));
    }
}
