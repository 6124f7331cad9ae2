package io.mcpsession.abuse;

import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import java.io.ByteArrayOutputStream;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

/** What a connection says that always has something to say, without a token. */
enum Flood {

    PIPELINED_UNKNOWN_PATHS(Pod::publicPort, "", http1("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")),
    PIPELINED_WITHOUT_TOKEN(Pod::publicPort, "",
            http1("GET /api/mcp HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n")),
    PIPELINED_PREFLIGHTS(Pod::publicPort, "", http1("OPTIONS /api/mcp HTTP/1.1\r\nHost: a\r\nOrigin: https://a\r\n"
            + "Access-Control-Request-Method: POST\r\n\r\n")),
    PIPELINED_METADATA(Pod::publicPort, "",
            http1("GET /.well-known/oauth-protected-resource/api/mcp HTTP/1.1\r\nHost: a\r\n\r\n")),
    PIPELINED_HEALTH(it -> it.admin("/").getPort(), "", http1("GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n")),
    PIPELINED_ON_THE_INTERNAL_SOCKET(Pod::internalPort, "", http1("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")),
    CHUNKS_OF_ONE_BYTE(Pod::publicPort, "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            http1("1\r\nx\r\n")),
    JUNK_AFTER_AN_UPGRADE(Pod::publicPort, "GET /api/mcp HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
            http1("\u0081\u0081\0\0\0\0x")),
    HEADERS_WITHOUT_END(Pod::publicPort, "GET /x HTTP/1.1\r\nHost: a\r\n", http1("a: b\r\n")),
    EMPTY_LINES(Pod::publicPort, "", http1("\r\n")),

    PING(frame(6, 0, 0, new byte[8])),
    PING_ACK(frame(6, 1, 0, new byte[8])),
    SETTINGS(frame(4, 0, 0)),
    SETTINGS_ACK(frame(4, 1, 0)),
    SETTINGS_WITH_WINDOWS(frame(4, 0, 0, new byte[] {0, 4, 0, 0, (byte) 0xff, (byte) 0xff})),
    WINDOW_UPDATE(frame(8, 0, 7, new byte[] {0, 0, 0, 1})),
    PRIORITY(frame(2, 0, 3, new byte[5])),
    UNKNOWN(frame(0x42, 0, 0)),
    RST_OF_OLD_STREAMS(frame(3, 0, 1, new byte[4])),
    EMPTY_DATA(frame(1, 4, 1, HeaderBlock.request().bytes()), frame(0, 0, 1)),
    REQUESTS(stream -> frame(1, 5, stream, HeaderBlock.request().bytes())),
    RAPID_RESETS(stream -> join(frame(1, 4, stream, HeaderBlock.request().bytes()), frame(3, 0, stream, new byte[4]))),
    EMPTY_CONTINUATION(frame(1, 0, 1, HeaderBlock.request().bytes()), frame(9, 0, 1)),
    /** The client makes the server reset its streams. */
    MADE_RESETS(stream -> join(frame(1, 4, stream, HeaderBlock.request().bytes()), frame(8, 0, stream, new byte[4]))),
    TRAILERS_WITHOUT_END(stream -> join(frame(1, 4, stream, HeaderBlock.request().bytes()),
            frame(1, 4, stream, HeaderBlock.request().bytes())));

    /** So that a write of the attacker is worth its while. */
    private static final int REPEATED = 1000;

    private final ToIntFunction<Pod> port;
    private final byte[] first;
    private final IntFunction<byte[]> next;

    Flood(byte[] next) {
        this(new byte[0], next);
    }

    Flood(byte[] first, byte[] next) {
        this(Pod::internalPort, join(preface(), first), repeated(next));
    }

    Flood(IntFunction<byte[]> next) {
        this(Pod::internalPort, preface(), round -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < REPEATED; i++) {
                all.writeBytes(next.apply(1 + 2 * (round * REPEATED + i)));
            }
            return all.toByteArray();
        });
    }

    Flood(ToIntFunction<Pod> port, String first, byte[] next) {
        this(port, http1(first), repeated(next));
    }

    Flood(ToIntFunction<Pod> port, byte[] first, IntFunction<byte[]> next) {
        this.port = port;
        this.first = first;
        this.next = next;
    }

    int port(Pod pod) {
        return port.applyAsInt(pod);
    }

    byte[] first() {
        return first;
    }

    /**
     * What comes then, for ever.
     *
     * @param round from 0
     */
    byte[] next(int round) {
        return next.apply(round);
    }

    private static byte[] preface() {
        return join("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII), frame(4, 0, 0));
    }

    private static byte[] http1(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static IntFunction<byte[]> repeated(byte[] one) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < REPEATED; i++) {
            all.writeBytes(one);
        }
        byte[] bytes = all.toByteArray();
        return _ -> bytes;
    }

    private static byte[] frame(int type, int flags, int stream, byte... payload) {
        return RawHttp2.frame(type, flags, stream, payload);
    }

    private static byte[] join(byte[] one, byte[] other) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(one);
        all.writeBytes(other);
        return all.toByteArray();
    }
}
