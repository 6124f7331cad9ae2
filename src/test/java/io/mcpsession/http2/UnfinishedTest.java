package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2RstStream;
import io.helidon.http.http2.Http2StreamState;
import io.helidon.http.http2.Http2WindowUpdate;
import io.helidon.webserver.http2.spi.Http2SubProtocolSelector.SubProtocolHandler;
import io.mcpsession.limit.ByteBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What is not whole takes its memory from a budget, and gives it back. */
class UnfinishedTest {

    private static final int STREAM = 1;
    private static final int LONGEST = 1 << 20;
    private static final int FRAME = 16_384;
    private static final int BUDGET = 4 << 20;

    private final ByteBudget memory = new ByteBudget(BUDGET, BUDGET / 2, Duration.ZERO);
    private final Received received = new Received();
    private final List<CallFault> faults = new ArrayList<>();

    /** What Helidon would get. */
    private final class Received implements SubProtocolHandler {

        private final List<Integer> lengths = new ArrayList<>();

        @Override
        public void init() {
            MessageFrames.onFault(faults::add);
        }

        @Override
        public Http2StreamState streamState() {
            return Http2StreamState.OPEN;
        }

        @Override
        public void rstStream(Http2RstStream reset) {
            throw new AssertionError("nobody resets it");
        }

        @Override
        public void windowUpdate(Http2WindowUpdate update) {
            throw new AssertionError("nobody gives room");
        }

        @Override
        public void data(Http2FrameHeader header, BufferData data) {
            lengths.add(data.available());
        }
    }

    private MessageFrames call(Object connection) {
        MessageFrames call = new MessageFrames(received, STREAM, true, LONGEST, memory.share(connection));
        call.init();
        return call;
    }

    private static void say(MessageFrames call, byte[] bytes, int from, int to) {
        for (int at = from; at < to; at += FRAME) {
            int length = Math.min(FRAME, to - at);
            call.data(Http2FrameHeader.create(length, Http2FrameTypes.DATA, Http2Flag.DataFlags.create(0), STREAM),
                    BufferData.create(bytes, at, length));
        }
    }

    private static byte[] message(int flag, byte[] content) {
        return ByteBuffer.allocate(5 + content.length).put((byte) flag).putInt(content.length).put(content).array();
    }

    private static byte[] longest() {
        return message(0, new byte[LONGEST]);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void messagesThatAreNotWholeAreRefusedWhenTheirMemoryIsTaken() {
        byte[] message = longest();
        Object connection = new Object();
        List<MessageFrames> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            MessageFrames call = call(connection);
            calls.add(call);
            say(call, message, 0, message.length - 1);
            assertThat(memory.taken(), is(lessThanOrEqualTo((long) BUDGET / 2)));
        }

        assertThat(faults, is(List.of(CallFault.MESSAGE_MEMORY, CallFault.MESSAGE_MEMORY, CallFault.MESSAGE_MEMORY,
                CallFault.MESSAGE_MEMORY, CallFault.MESSAGE_MEMORY, CallFault.MESSAGE_MEMORY)));
        say(call(new Object()), message, 0, message.length);
        assertThat("another connection is served", received.lengths, contains(message.length));
    }

    @Test
    void whatIsRefusedHoldsNothing() {
        byte[] message = longest();
        message[4] = 1;
        MessageFrames call = call(new Object());
        say(call, longest(), 0, LONGEST / 2);
        assertThat(memory.taken(), is(greaterThan(LONGEST / 4L)));
        say(call, longest(), LONGEST / 2, LONGEST + 5);
        say(call, message, 0, FRAME);

        assertThat(faults, contains(CallFault.MESSAGE_TOO_LARGE));
        assertThat(memory.taken(), is(0L));
    }

    @Test
    void aMessageIsCountedUntilItsCallIsOver() throws Exception {
        List<Long> taken = new ArrayList<>();
        StreamTasks tasks = new StreamTasks(Executors.newVirtualThreadPerTaskExecutor(), new StreamWatch(Duration.ofSeconds(9)),
                new StreamLedger(65_535), () -> { });
        new StreamTask(() -> {
            MessageFrames call = call(new Object());
            say(call, longest(), 0, LONGEST + 5);
            taken.add(memory.taken());
        }, STREAM, tasks).run();

        assertThat(received.lengths, contains(LONGEST + 5));
        assertThat(taken.getFirst(), is(greaterThan(2L * LONGEST - 10_000)));
        assertThat(memory.taken(), is(0L));
    }

    @Test
    void messagesOfAStreamFollowEachOther() {
        MessageFrames call = call(new Object());
        for (int i = 0; i < 20; i++) {
            say(call, longest(), 0, LONGEST + 5);
        }

        assertThat(faults, is(empty()));
        assertThat(received.lengths.size(), is(20));
    }

    @Test
    void whatAMessageInflatesToIsCounted() throws IOException {
        byte[] bomb = message(1, gzip(new byte[LONGEST]));
        Object connection = new Object();
        for (int i = 0; i < 8; i++) {
            say(call(connection), bomb, 0, bomb.length);
        }

        assertThat(received.lengths.size(), is(2));
        assertThat(faults.size(), is(6));
    }

    @Test
    void shortOnesAreServedWhileAllIsTaken() {
        Object connection = new Object();
        assertThat(memory.share(connection).tryTake(BUDGET / 2), is(true));
        assertThat(memory.share(new Object()).tryTake(BUDGET / 2), is(true));
        byte[] message = message(0, new byte[4000]);

        MessageFrames call = call(connection);
        say(call, message, 0, 100);
        say(call, message, 100, message.length);

        assertThat(received.lengths, contains(message.length));
    }

    @Test
    void headerBlocksThatAreNotWholeEndTheirConnectionWhenTheirMemoryIsTaken() {
        ByteBudget headers = new ByteBudget(200_000, 200_000, Duration.ZERO);
        byte[] frame = RawHttp2.frame(RawHttp2.HEADERS, 0, STREAM, new byte[FRAME]);
        byte[] more = RawHttp2.frame(RawHttp2.CONTINUATION, 0, STREAM, new byte[FRAME]);
        List<ByteBudget.Share> held = new ArrayList<>();
        Http2Exception refused = assertThrows(Http2Exception.class, () -> {
            for (int i = 0; i < 4; i++) {
                ByteBudget.Share share = headers.share(i);
                held.add(share);
                RequestFrames requests = new RequestFrames(null, null, null, null, null, null, null, share);
                requests.take(new Frame(FRAME, RawHttp2.HEADERS, 0, STREAM), frame);
                requests.take(new Frame(FRAME, RawHttp2.CONTINUATION, 0, STREAM), more);
                requests.take(new Frame(FRAME, RawHttp2.CONTINUATION, 0, STREAM), more);
                requests.take(new Frame(FRAME, RawHttp2.CONTINUATION, 0, STREAM), more);
            }
        });

        assertThat(refused.code(), is(Http2ErrorCode.ENHANCE_YOUR_CALM));
        assertThat(held.size(), is(3));
        held.forEach(ByteBudget.Share::close);
        assertThat(headers.taken(), is(0L));
    }
}
