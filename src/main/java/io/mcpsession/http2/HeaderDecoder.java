package io.mcpsession.http2;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Decodes the header blocks of one connection (HPACK, RFC 7541). Used by one thread.
 *
 * <p>Helidon 4.5.0 decodes them only in part: it refuses a literal name that begins with a colon, as every gRPC C-core
 * client sends it (section 6.2.1; no upstream issue known), and never ends with an entry that is larger than the table
 * (section 4.4). Netty's decoder knows all forms, and what it decoded is written anew for Helidon in the one form that
 * needs neither Helidon's table nor its Huffman decoder.
 */
final class HeaderDecoder {

    private final long maxListSize;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, Integer.MAX_VALUE) {

        @Override
        protected Http2Headers newHeaders() {
            return new HeaderList(maxListSize);
        }
    };

    /**
     * @param maxListSize what a header list may count (RFC 9113, section 6.5.2), in bytes; of a longer one all is
     *                    decoded, so that the table stays right, but no more is kept
     */
    HeaderDecoder(long maxListSize) {
        this.maxListSize = maxListSize;
    }

    /**
     * Decodes one block.
     *
     * @param block whole, without padding
     * @throws Http2Exception when it breaks RFC 7541; the table is of no use afterwards
     */
    HeaderList decode(int stream, byte[] block) {
        try {
            return (HeaderList) decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
        } catch (Exception e) {
            // Netty has a checked exception of the same name.
            throw new Http2Exception(Http2ErrorCode.COMPRESSION, "headers cannot be decoded", e);
        }
    }
}
