package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2RstStream;
import io.helidon.http.http2.Http2StreamState;
import io.helidon.http.http2.Http2WindowUpdate;
import io.helidon.webserver.http2.spi.Http2SubProtocolSelector.SubProtocolHandler;
import io.mcpsession.limit.ByteBudget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
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
    /** Most messages are shorter, in bytes, and are not counted. */
    private static final int FREE = 4096;

    private final SubProtocolHandler call;
    private final int stream;
    private final boolean gzip;
    private final int longest;
    private final ByteBudget.Share memory;
    /** The message that is not whole yet, behind its prefix; grows as it comes, whatever length it announces. */
    private byte[] held = new byte[PREFIX];
    private int length;
    private boolean releases;
    private Consumer<CallFault> refusal = _ -> { };
    private boolean refused;

    /**
     * @param call    what Helidon makes of it
     * @param gzip    whether messages that are compressed are so by gzip; else the call does not say how
     * @param longest message, in bytes, as it is sent and as it is inflated
     * @param memory  for a message that is longer than a few kilobytes, until its call is over or the next one comes
     */
    MessageFrames(SubProtocolHandler call, int stream, boolean gzip, int longest, ByteBudget.Share memory) {
        this.call = call;
        this.stream = stream;
        this.gzip = gzip;
        this.longest = longest;
        this.memory = memory;
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
            if (length > 0 && !refused) {
                refuse(CallFault.MESSAGE_TRUNCATED);
            }
            pass(new byte[0], true);
        }
    }

    /** As nearly all are: in one frame, which holds nothing else. */
    private boolean isWholeAndPlain(BufferData data) {
        return !refused && length == 0 && data.available() >= PREFIX && data.get(0) == PLAIN
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
        if (length < PREFIX) {
            length += data.read(held, length, Math.min(PREFIX - length, data.available()));
            if (length < PREFIX || !isTakeable()) {
                return;
            }
            // The message before this one was served.
            memory.close();
        }
        int more = (int) Math.min(PREFIX + announced() - length, data.available());
        if (!makeRoom(more)) {
            refuse(CallFault.MESSAGE_MEMORY);
            return;
        }
        length += data.read(held, length, more);
        if (length == PREFIX + announced()) {
            passHeld();
        }
    }

    private boolean isTakeable() {
        if (held[0] != PLAIN && held[0] != COMPRESSED) {
            refuse(CallFault.MESSAGE_FLAG_INVALID);
        } else if (held[0] == COMPRESSED && !gzip) {
            refuse(CallFault.MESSAGE_ENCODING_MISSING);
        } else if (announced() > longest) {
            refuse(CallFault.MESSAGE_TOO_LARGE);
        }
        return !refused;
    }

    private long announced() {
        return length(held[1], held[2], held[3], held[4]);
    }

    private boolean makeRoom(int more) {
        if (length + more <= held.length) {
            return true;
        }
        int larger = (int) Math.min(PREFIX + announced(), Math.max(2L * held.length, length + more));
        boolean free = holdsMore(larger - Math.max(FREE, held.length));
        if (free) {
            held = Arrays.copyOf(held, larger);
        }
        return free;
    }

    private boolean holdsMore(int bytes) {
        if (bytes <= 0) {
            return true;
        }
        if (!releases && StreamTask.CURRENT.isBound()) {
            releases = true;
            StreamTask.CURRENT.get().then(memory::close);
        }
        return memory.tryTake(bytes);
    }

    private void passHeld() {
        byte[] message = held;
        held = new byte[PREFIX];
        length = 0;
        if (message[0] == COMPRESSED) {
            message = inflated(message);
        }
        if (refused) {
            return;
        }
        // What is made of it takes as much again.
        if (!holdsMore(message.length - FREE)) {
            refuse(CallFault.MESSAGE_MEMORY);
            return;
        }
        pass(message, false);
    }

    /** The same message as it is without a coding. */
    private byte[] inflated(byte[] message) {
        byte[] plain = {};
        if (message.length > PREFIX) {
            try (GZIPInputStream inflating = new GZIPInputStream(
                    new ByteArrayInputStream(message, PREFIX, message.length - PREFIX))) {
                plain = inflating.readNBytes(longest + 1);
            } catch (IOException e) {
                refuse(CallFault.MESSAGE_CORRUPT);
            }
            if (plain.length > longest) {
                refuse(CallFault.MESSAGE_TOO_LARGE);
            }
        }
        return ByteBuffer.allocate(PREFIX + plain.length).put((byte) PLAIN).putInt(plain.length).put(plain).array();
    }

    private void refuse(CallFault fault) {
        refused = true;
        held = new byte[PREFIX];
        memory.close();
        refusal.accept(fault);
    }

    private void pass(byte[] content, boolean last) {
        call.data(Http2FrameHeader.create(content.length, Http2FrameTypes.DATA,
                Http2Flag.DataFlags.create(last ? Http2Flag.END_OF_STREAM : 0), stream), BufferData.create(content));
    }
}
