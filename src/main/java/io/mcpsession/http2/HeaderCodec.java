package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2HeadersEncoder.SensitivityDetector;
import java.util.Set;

/**
 * The header blocks of one connection (HPACK, RFC 7541), by Netty's decoder and encoders. Not thread-safe: what clients
 * send is for one thread, and what is sent to them for one at a time.
 *
 * <p>Helidon 4.5.0 decodes blocks only in part: it refuses a literal name that begins with a colon, as every gRPC C-core
 * client sends it (section 6.2.1; no upstream issue known), and never ends with an entry that is larger than the table
 * (section 4.4). What was decoded is written anew for Helidon, without its table and without Huffman's code.
 *
 * <p>It encodes them wrongly too: its table stays at 4,096 bytes when the client wants a smaller one (section 4.2), an
 * entry that is larger never ends there either, and of a block over several frames the last one is written twice.
 */
final class HeaderCodec {

    private static final int LARGEST_TABLE = 4096;
    private static final int ENTRIES = 64;
    /** Most blocks are shorter, in bytes. */
    private static final int USUAL = 256;
    /** Other with each answer: they would only drive out of the table what comes again. */
    private static final Set<CharSequence> CHANGING = Set.of("content-length", "date", "etag", "grpc-message",
            "grpc-status-details-bin", "location", "mcp-session-id", "set-cookie", "www-authenticate");

    private final long maxListSize;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, Integer.MAX_VALUE) {

        @Override
        protected Http2Headers newHeaders() {
            return new HeaderList(maxListSize);
        }
    };
    private final DefaultHttp2HeadersEncoder forHelidon = encoder(Http2HeadersEncoder.NEVER_SENSITIVE, 0);
    private final DefaultHttp2HeadersEncoder forClient =
            encoder((name, _) -> CHANGING.contains(name), LARGEST_TABLE);

    /**
     * @param maxListSize what a header list may count (RFC 9113, section 6.5.2), in bytes; of a longer one all is
     *                    decoded, so that the table stays right, but no more is kept
     */
    HeaderCodec(long maxListSize) {
        this.maxListSize = maxListSize;
    }

    private static DefaultHttp2HeadersEncoder encoder(SensitivityDetector never, int table) {
        DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder(never, true, ENTRIES, Integer.MAX_VALUE);
        setTable(encoder, table);
        return encoder;
    }

    private static void setTable(DefaultHttp2HeadersEncoder encoder, long size) {
        try {
            encoder.maxHeaderTableSize(size);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** How large a table the client keeps (section 4.2), in bytes. */
    void clientTable(long size) {
        setTable(forClient, Math.min(size, LARGEST_TABLE));
    }

    /**
     * Decodes one block of the client's.
     *
     * @param block whole, without padding
     * @throws Http2Exception when it breaks RFC 7541; the table is of no use afterwards
     */
    HeaderList decode(int stream, byte[] block) {
        try {
            return (HeaderList) decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
        } catch (Exception e) {
            // Netty's own, of the same name, is a checked one.
            throw new Http2Exception(Http2ErrorCode.COMPRESSION, "headers cannot be decoded", e);
        }
    }

    /** One block for Helidon. */
    byte[] forHelidon(int stream, Http2Headers headers) {
        return encode(forHelidon, stream, headers);
    }

    /** One block for the client, which must be sent before the next. */
    byte[] forClient(int stream, Http2Headers headers) {
        return encode(forClient, stream, headers);
    }

    private static byte[] encode(DefaultHttp2HeadersEncoder encoder, int stream, Http2Headers headers) {
        ByteBuf block = Unpooled.buffer(USUAL);
        try {
            encoder.encodeHeaders(stream, headers, block);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return ByteBufUtil.getBytes(block);
    }
}
