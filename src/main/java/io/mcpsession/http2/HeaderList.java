package io.mcpsession.http2;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.util.Map;

/** The headers of one block, in the order they came. */
final class HeaderList extends DefaultHttp2Headers {

    /** What each header counts besides its name and its value (RFC 9113, section 6.5.2). */
    private static final int OVERHEAD = 32;
    private static final int LITERAL_WITHOUT_INDEXING = 0;
    private static final int INDEX_BITS = 4;
    private static final int LENGTH_BITS = 7;
    /** Where the pseudo-headers stand in the static table (RFC 7541, appendix A). */
    private static final Map<AsciiString, Integer> STATIC_INDEX = Map.of(
            PseudoHeaderName.AUTHORITY.value(), 1,
            PseudoHeaderName.METHOD.value(), 2,
            PseudoHeaderName.PATH.value(), 4,
            PseudoHeaderName.SCHEME.value(), 6,
            PseudoHeaderName.STATUS.value(), 8);

    private final long maxSize;
    private long size;

    HeaderList(long maxSize) {
        super(false);
        this.maxSize = maxSize;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        size += name.length() + value.length() + OVERHEAD;
        return isTooLarge() ? this : super.add(name, value);
    }

    boolean isTooLarge() {
        return size > maxSize;
    }

    /** The same headers as literals without indexing, pseudo-headers by their static index, without Huffman's code. */
    byte[] encoded() {
        ByteArrayOutputStream block = new ByteArrayOutputStream((int) size);
        for (Map.Entry<CharSequence, CharSequence> header : this) {
            AsciiString name = AsciiString.of(header.getKey());
            int index = STATIC_INDEX.getOrDefault(name, 0);
            writeNumber(block, LITERAL_WITHOUT_INDEXING, INDEX_BITS, index);
            if (index == 0) {
                writeText(block, name);
            }
            writeText(block, AsciiString.of(header.getValue()));
        }
        return block.toByteArray();
    }

    private static void writeText(ByteArrayOutputStream block, AsciiString text) {
        writeNumber(block, 0, LENGTH_BITS, text.length());
        block.write(text.array(), text.arrayOffset(), text.length());
    }

    /** RFC 7541, section 5.1. */
    private static void writeNumber(ByteArrayOutputStream block, int form, int bits, int number) {
        int most = (1 << bits) - 1;
        if (number < most) {
            block.write(form | number);
            return;
        }
        block.write(form | most);
        int more = number - most;
        for (; more >= 0x80; more >>>= 7) {
            block.write(more & 0x7f | 0x80);
        }
        block.write(more);
    }
}
