package io.mcpsession.http1;

import io.helidon.common.buffers.Bytes;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.LazyString;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Bytes of one client that were not taken yet, in one array. In place of Helidon's, which keeps an array and an object for
 * whatever the socket gave at a time: a client that sends single bytes makes it keep 64 times as many. Used by one thread.
 */
class RequestReader extends DataReader {

    private static final byte[] NONE = {};
    private static final byte[] NEW_LINE = {Bytes.CR_BYTE, Bytes.LF_BYTE};

    private final Supplier<byte[]> source;
    private byte[] bytes = NONE;
    private int from;
    private int to;

    /**
     * @param source waits for bytes; null at the end
     */
    @SuppressWarnings("removal") // DataReader.create makes no class of ours.
    RequestReader(Supplier<byte[]> source) {
        super(source);
        this.source = source;
    }

    @Override
    public int available() {
        return to - from;
    }

    @Override
    public void pullData() {
        byte[] next = source.get();
        if (next == null) {
            throw new InsufficientDataAvailableException();
        }
        if (from == to) {
            keep(next.length);
            bytes = next;
            from = 0;
            to = next.length;
            return;
        }
        if (bytes.length - to < next.length) {
            int kept = to - from;
            byte[] larger = kept + next.length <= bytes.length / 2 ? bytes
                    : new byte[Math.max(kept + next.length, Math.min(2 * kept, kept + next.length + 8192))];
            keep(larger.length);
            System.arraycopy(bytes, from, larger, 0, kept);
            bytes = larger;
            from = 0;
            to = kept;
        }
        System.arraycopy(next, 0, bytes, to, next.length);
        to += next.length;
    }

    @Override
    public void ensureAvailable() {
        while (from == to) {
            pullData();
        }
    }

    private void ensureAvailable(int count) {
        ensureAvailable();
        while (to - from < count) {
            pullData();
        }
    }

    @Override
    public void skip(int count) {
        int left = count;
        while (left > 0) {
            ensureAvailable();
            int skipped = Math.min(left, to - from);
            from += skipped;
            left -= skipped;
        }
        if (from == to) {
            // A connection without a request keeps nothing.
            keep(0);
            bytes = NONE;
            from = 0;
            to = 0;
        }
    }

    /** So many bytes of memory are kept from now on. */
    void keep(int size) {
    }

    @Override
    public byte read() {
        byte next = lookup();
        skip(1);
        return next;
    }

    @Override
    public byte lookup() {
        ensureAvailable();
        return bytes[from];
    }

    @Override
    public boolean startsWithNewLine() {
        return startsWith(NEW_LINE);
    }

    @Override
    public boolean startsWith(byte[] prefix) {
        ensureAvailable();
        for (int i = 0; i < prefix.length; i++) {
            ensureAvailable(i + 1);
            if (bytes[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public BufferData readBuffer() {
        ensureAvailable();
        return readBuffer(to - from);
    }

    @Override
    public BufferData readBuffer(int length) {
        BufferData data = getBuffer(length);
        skip(length);
        return data;
    }

    @Override
    public BufferData getBuffer(int length) {
        ensureAvailable(length);
        // Copied: the array is written to again.
        return BufferData.create(Arrays.copyOfRange(bytes, from, from + length));
    }

    @Override
    public LazyString readLazyString(Charset charset, int length) {
        ensureAvailable(length);
        LazyString read = new HeaderText(bytes, from, length, charset);
        skip(length);
        return read;
    }

    @Override
    public String readAsciiString(int length) {
        ensureAvailable(length);
        String read = new String(bytes, from, length, US_ASCII);
        skip(length);
        return read;
    }

    @Override
    public byte[] readBytes(int length) {
        ensureAvailable(length);
        byte[] read = Arrays.copyOfRange(bytes, from, from + length);
        skip(length);
        return read;
    }

    @Override
    public String readLine() throws IncorrectNewLineException {
        String line = readAsciiString(findNewLine(Integer.MAX_VALUE));
        skip(2);
        return line;
    }

    @Override
    public int findNewLine(int max) throws IncorrectNewLineException {
        return find(Bytes.CR_BYTE, max);
    }

    @Override
    public int findOrNewLine(byte wanted, int max) throws IncorrectNewLineException {
        int found = find(wanted, max);
        return found < max && bytes[from + found] == Bytes.CR_BYTE ? -found - 1 : found;
    }

    /** Where the wanted byte or the end of the line is, counted from the first byte; {@code max} when it is further. */
    private int find(byte wanted, int max) {
        ensureAvailable();
        for (int i = 0; i < max; i++) {
            if (to - from <= i) {
                ensureAvailable(i + 1);
            }
            byte next = bytes[from + i];
            if (next == Bytes.LF_BYTE) {
                throw new IncorrectNewLineException("Found LF (" + i + ") without preceding CR.");
            }
            if (next == Bytes.CR_BYTE) {
                ensureAvailable(i + 2);
                if (bytes[from + i + 1] != Bytes.LF_BYTE) {
                    throw new IncorrectNewLineException("Found CR (" + i + ") without following LF.");
                }
                return i;
            }
            if (next == wanted) {
                return i;
            }
        }
        return max;
    }
}
