package io.mcpsession.http1;

import io.helidon.common.buffers.LazyString;
import java.nio.charset.Charset;

/**
 * The value of a header, decoded at once: Helidon asks for it in any case, and the bytes it was read from are written to
 * again. A copy of them would be one more array for each header of each request.
 */
final class HeaderText extends LazyString {

    private static final byte[] NONE = {};

    private final String text;

    HeaderText(byte[] bytes, int from, int length, Charset charset) {
        super(NONE, charset);
        int begin = from;
        int end = from + length;
        while (begin < end && isSpace(bytes[begin])) {
            begin++;
        }
        while (end > begin && isSpace(bytes[end - 1])) {
            end--;
        }
        this.text = new String(bytes, begin, end - begin, charset);
    }

    /** OWS (RFC 9110, section 5.6.3), which is no part of a value. */
    private static boolean isSpace(byte next) {
        return next == ' ' || next == '\t';
    }

    @Override
    public String stripOws() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
