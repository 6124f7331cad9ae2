package io.mcpsession.http2;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** The headers of one block, in the order they came. */
final class HeaderList extends DefaultHttp2Headers {

    /** What each header counts besides its name and its value (RFC 9113, section 6.5.2). */
    private static final int OVERHEAD = 32;
    private static final AsciiString CONTENT_TYPE = AsciiString.of("content-type");
    private static final String GRPC = "application/grpc";

    private final long maxSize;
    private long size;
    private boolean regular;
    private boolean inOrder = true;
    private boolean grpc;

    HeaderList(long maxSize) {
        super(false);
        this.maxSize = maxSize;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        size += name.length() + value.length() + OVERHEAD;
        boolean pseudo = Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(name);
        inOrder &= !pseudo || !regular;
        regular |= !pseudo;
        grpc |= CONTENT_TYPE.contentEquals(name) && value.toString().startsWith(GRPC);
        return isTooLarge() ? this : super.add(name, value);
    }

    /** Whether it counts more than it may; then not all of it is here. */
    boolean isTooLarge() {
        return size > maxSize;
    }

    /** Whether all pseudo-headers came before the others (RFC 9113, section 8.3). */
    boolean isInOrder() {
        return inOrder;
    }

    /** Whether it is that of a gRPC call. */
    boolean isGrpc() {
        return grpc;
    }
}
