package io.mcpsession.http1;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.BadRequestException;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.mcpsession.limit.ByteBudget;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What Helidon reads from one client. Helidon 4.5.0 keeps a whole chunk in memory, of the size that its client announces,
 * be it to read a body or to throw it away; a line with that size may be of any length; and headers may be as many as fit.
 * Here chunks are cut to pieces of what has come, and after an answer nobody waits for the rest of a body. Used by one
 * thread at a time.
 */
final class BodyReader extends RequestReader {

    /** That with the size of a chunk (RFC 9112, section 7.1.1), in bytes. */
    private static final int LONGEST_LINE = 1024;
    /** Helidon keeps some 200 bytes for each, however short. Clients and proxies send about 30. */
    private static final int MOST_HEADERS = 200;
    /** Most headers are shorter, in bytes. */
    private static final int FREE = 4096;
    private static final long CHUNKED = -1;
    private static final int HEX = 16;
    /** Extensions are not taken: nobody uses them, but for smuggling requests past proxies. */
    private static final Pattern SIZE = Pattern.compile("[0-9a-fA-F]{1,8}");

    private final long longest;
    private final ByteBudget.Share held;
    private int counted;
    /** Bytes of the body that Helidon has not read, or {@link #CHUNKED}. */
    private long left;
    /** Bytes of the chunk that Helidon has not read. */
    private long chunk;
    private boolean pieceRead;
    private boolean lastChunk;
    private int headers;
    /** Set by whichever thread writes the answer. */
    private volatile boolean closing;

    /**
     * @param source  waits for bytes; null at the end
     * @param longest body that Helidon takes, in bytes
     * @param held    memory for headers that are long and not whole
     */
    BodyReader(Supplier<byte[]> source, long longest, ByteBudget.Share held) {
        super(source);
        this.longest = longest;
        this.held = held;
    }

    @Override
    void keep(int size) {
        if (size > FREE && left == 0) {
            if (size > counted && !held.tryTake(size - counted)) {
                throw RequestException.builder().type(DirectHandler.EventType.OTHER)
                        .status(Status.SERVICE_UNAVAILABLE_503).message("too many headers are read at a time")
                        .setKeepAlive(false).build();
            }
            counted = Math.max(counted, size);
        } else if (counted > 0) {
            release();
        }
    }

    /** To be called at the end as well. */
    void release() {
        held.close();
        counted = 0;
    }

    /** The headers of a request were read, and its body comes next. Framing that is wrong is refused by Helidon. */
    void begin(Headers request) {
        headers = 0;
        lastChunk = false;
        chunk = 0;
        if (request.contains(HeaderNames.TRANSFER_ENCODING)) {
            left = CHUNKED;
            return;
        }
        try {
            left = request.contentLength().orElse(0);
        } catch (IllegalArgumentException e) {
            left = 0;
        }
    }

    /** Whether some of the body has not even come, so that it would have to be waited for. */
    boolean isBodyMissing() {
        return left == CHUNKED || left > available();
    }

    /** Lets nothing more be read: the connection ends. */
    void close() {
        closing = true;
    }

    @Override
    public void ensureAvailable() {
        if (closing) {
            throw new CloseConnectionException("the body of a request that was answered is not waited for");
        }
        super.ensureAvailable();
    }

    @Override
    public boolean startsWithNewLine() {
        if (++headers > MOST_HEADERS + 1) {
            throw RequestException.builder().type(DirectHandler.EventType.BAD_REQUEST)
                    .status(HeaderLimit.TOO_LARGE).message("too many headers").setKeepAlive(false).build();
        }
        return super.startsWithNewLine();
    }

    /** Of a body, that with the size of a chunk, or the empty one at the end. */
    @Override
    public String readLine() {
        if (chunk == 0) {
            int length = findNewLine(LONGEST_LINE);
            if (length == LONGEST_LINE) {
                throw new BadRequestException("The size of a chunk is too long");
            }
            String line = readAsciiString(length);
            super.skip(2);
            if (lastChunk) {
                left = 0;
                return line;
            }
            long size = size(line);
            lastChunk = size == 0;
            if (lastChunk || size > longest) {
                return line;
            }
            chunk = size;
        }
        ensureAvailable();
        return Long.toHexString(Math.min(chunk, available()));
    }

    private static long size(String line) {
        if (!SIZE.matcher(line).matches()) {
            throw new BadRequestException("The size of a chunk is none");
        }
        return Long.parseLong(line, HEX);
    }

    @Override
    public BufferData readBuffer(int length) {
        BufferData read = super.readBuffer(length);
        if (left == CHUNKED) {
            chunk -= length;
            pieceRead = true;
        } else {
            left -= length;
        }
        return read;
    }

    /** After a chunk Helidon skips the end of its line, which comes only after the last piece of it. */
    @Override
    public void skip(int count) {
        boolean withinChunk = pieceRead && chunk > 0 && count == 2;
        if (pieceRead && count == 2) {
            pieceRead = false;
        }
        if (!withinChunk) {
            super.skip(count);
        }
    }
}
