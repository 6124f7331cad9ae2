package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.helidon.http.http2.Http2HuffmanDecoder;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * What is known of the table that a client fills with headers (HPACK, RFC 7541): how large it may be, and so which
 * header does not go into it. Used by one thread.
 *
 * <p>A header that is larger than the table empties it, and is not in it. It is told to Helidon as one that is not to
 * be remembered. The older headers, which Helidon then still has, do no harm: the newest have the lowest numbers, so the
 * client's and Helidon's agree on all that the client has, and the older go first when there is no more room.
 */
final class HeaderTable {

    private static final int FIRST_SIZE = 4096;
    /** What each entry counts besides its name and its value (section 4.1). */
    private static final int ENTRY = 32;
    private static final int LONGEST_STATIC_NAME = "access-control-allow-origin".length();
    /** No code of Huffman's is shorter (appendix B). */
    private static final int SHORTEST_CODE_BITS = 5;
    private static final int MOST_SHIFT = 28;

    private final Http2HuffmanDecoder huffman = Http2HuffmanDecoder.create();
    private long size = FIRST_SIZE;
    private long longestName = LONGEST_STATIC_NAME;

    private byte[] block;
    private int at;
    private ByteArrayOutputStream changed;
    private int copied;

    /**
     * The same block, with headers that are larger than the table marked as not to be remembered.
     *
     * @param whole   payload of a HEADERS frame and of those that continue it
     * @param start   where the headers begin in it
     * @param padding bytes after them; Helidon reads on when they are not there exactly, and so do we
     * @return the given block itself when there is no such header
     * @throws Http2Exception when it cannot be read, or it cannot be told on which side of the border a header is:
     *                        names of the table are not kept here, only how long they may be
     */
    byte[] harmless(byte[] whole, int start, int padding) {
        block = whole;
        at = start;
        copied = 0;
        changed = null;
        while (at < block.length && block.length - at != padding) {
            header();
        }
        block = null;
        if (changed == null) {
            return whole;
        }
        changed.write(whole, copied, whole.length - copied);
        return changed.toByteArray();
    }

    /** One of the four forms that a header, or a new size of the table, has (section 6). */
    private void header() {
        int begin = at;
        int form = block[at] & 0xff;
        if ((form & 0x80) != 0) {
            number(7);
        } else if ((form & 0x40) != 0) {
            remembered(begin, number(6));
        } else if ((form & 0x20) != 0) {
            size = number(5);
        } else {
            if (number(4) == 0) {
                text();
            }
            text();
        }
    }

    private void remembered(int begin, int index) {
        int rest = at;
        long name = index == 0 ? longest(text()) : longestName;
        longestName = Math.max(longestName, name);
        Text value = text();
        if (ENTRY + name + longest(value) <= size) {
            return;
        }
        int least = length(value);
        if (ENTRY + least > size) {
            changed = changed == null ? new ByteArrayOutputStream(block.length + 4) : changed;
            changed.write(block, copied, begin - copied);
            writeNotRemembered(index);
            copied = rest;
        } else if (ENTRY + name + least > size) {
            throw new Http2Exception(Http2ErrorCode.COMPRESSION, "a header is about as large as the table");
        }
    }

    private void writeNotRemembered(int index) {
        if (index < 0xf) {
            changed.write(index);
            return;
        }
        changed.write(0xf);
        int more = index - 0xf;
        while (more >= 0x80) {
            changed.write(more & 0x7f | 0x80);
            more >>>= 7;
        }
        changed.write(more);
    }

    /** A number whose first bits share a byte with something else (section 5.1). */
    private int number(int bits) {
        int most = (1 << bits) - 1;
        long number = next() & most;
        if (number == most) {
            int shift = 0;
            int more;
            do {
                more = next();
                number += (long) (more & 0x7f) << shift;
                shift += 7;
                if (shift > MOST_SHIFT + 7 || number > Integer.MAX_VALUE) {
                    throw unreadable();
                }
            } while ((more & 0x80) != 0);
        }
        return (int) number;
    }

    private int next() {
        if (at >= block.length) {
            throw unreadable();
        }
        return block[at++] & 0xff;
    }

    private record Text(int from, int to, boolean huffman) {
    }

    private Text text() {
        boolean coded = at < block.length && block[at] < 0;
        int length = number(7);
        if (length > block.length - at) {
            throw unreadable();
        }
        at += length;
        return new Text(at - length, at, coded);
    }

    private static long longest(Text text) {
        long bytes = text.to() - text.from();
        return text.huffman() ? bytes * Byte.SIZE / SHORTEST_CODE_BITS : bytes;
    }

    private int length(Text text) {
        byte[] bytes = Arrays.copyOfRange(block, text.from(), text.to());
        return text.huffman() ? huffman.decodeString(BufferData.create(bytes), bytes.length).length() : bytes.length;
    }

    private static Http2Exception unreadable() {
        return new Http2Exception(Http2ErrorCode.COMPRESSION, "headers cannot be read");
    }
}
