package io.mcpsession.mcpclient;

import io.mcpsession.limit.BudgetExhaustedException;
import io.mcpsession.limit.ByteBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Reads server-sent events (HTML Living Standard, 9.2.5 and 9.2.6), one at a time and only as fast as they are asked for.
 * Events of another type than {@code message} are passed over, as the official clients do.
 */
final class EventReader {

    private static final int BUFFER = 8 * 1024;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int LONGEST_RETRY_DIGITS = 9;
    /** In characters. Servers take some KB of headers in all. */
    private static final int LONGEST_ID = 4 * 1024;

    private final InputStream in;
    private final int largest;
    private final ByteBudget.Share held;
    private final StreamPlace place;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private boolean afterReturn;
    private boolean begun;
    /** Of the event being read, or of one before it: an event without an id leaves it as it is. */
    private String id;

    /**
     * @param largest longest event, in bytes
     * @param held    the memory of the event that was last given out, once it is longer than most
     * @param place   where an earlier stream ended, and from now on this one
     */
    EventReader(InputStream in, int largest, ByteBudget.Share held, StreamPlace place) {
        this.in = in;
        this.held = held;
        this.largest = largest;
        this.place = place;
        this.id = place.lastId();
    }

    /**
     * The data of the next event that has any.
     *
     * @return empty at the end of the stream
     * @throws IOException              when the stream breaks or an event is too long
     * @throws BudgetExhaustedException when there is no memory for it
     */
    Optional<byte[]> next() throws IOException {
        held.close();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        boolean any = false;
        String type = "";
        while (true) {
            byte[] line = line();
            if (line == null) {
                // What no blank line ended is not an event.
                return Optional.empty();
            }
            if (line.length == 0) {
                place.reached(id);
                if (data.size() > 0 && (type.isEmpty() || type.equals("message"))) {
                    return Optional.of(data.toByteArray());
                }
                data.reset();
                any = false;
                type = "";
                continue;
            }
            int colon = indexOf(line, (byte) ':');
            String field = new String(line, 0, colon, UTF_8);
            int from = colon + 1 < line.length && line[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, line.length);
            switch (field) {
                case "data" -> {
                    if (any) {
                        data.write('\n');
                    }
                    any = true;
                    data.write(line, from, line.length - from);
                    bound(data.size(), line.length - from);
                }
                case "event" -> type = new String(line, from, line.length - from, UTF_8);
                case "id" -> takeId(new String(line, from, line.length - from, UTF_8));
                case "retry" -> takeRetry(new String(line, from, line.length - from, UTF_8));
                default -> {
                    // Comments, which keep the connection alive, and fields that do not exist.
                }
            }
        }
    }

    /** What no header can say again is no place to go on from, and neither is the one before it. */
    private void takeId(String text) {
        if (text.indexOf('\0') < 0) {
            id = text.length() <= LONGEST_ID && text.chars().allMatch(c -> c >= ' ' && c <= '~') ? text : "";
        }
    }

    private void takeRetry(String text) {
        if (!text.isEmpty() && text.length() <= LONGEST_RETRY_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            place.retryAfter(Long.parseLong(text));
        }
    }

    private static int indexOf(byte[] line, byte wanted) {
        for (int i = 0; i < line.length; i++) {
            if (line[i] == wanted) {
                return i;
            }
        }
        return line.length;
    }

    /** Without the byte order mark that a stream may begin with. Null at the end. */
    private byte[] line() throws IOException {
        byte[] line = rawLine();
        boolean first = !begun;
        begun = true;
        return first && line != null && beginsWithMark(line)
                ? Arrays.copyOfRange(line, BYTE_ORDER_MARK.length, line.length)
                : line;
    }

    private static boolean beginsWithMark(byte[] line) {
        return line.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(line, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    }

    /** Null at the end. */
    private byte[] rawLine() throws IOException {
        ByteArrayOutputStream line = null;
        while (true) {
            if (position == limit) {
                limit = in.read(buffer, 0, BUFFER);
                position = 0;
                if (limit < 0) {
                    limit = 0;
                    return null;
                }
            }
            if (afterReturn && position < limit) {
                afterReturn = false;
                if (buffer[position] == '\n') {
                    position++;
                    continue;
                }
            }
            int end = position;
            while (end < limit && buffer[end] != '\n' && buffer[end] != '\r') {
                end++;
            }
            if (end < limit) {
                byte[] rest = Arrays.copyOfRange(buffer, position, end);
                afterReturn = buffer[end] == '\r';
                position = end + 1;
                if (line == null) {
                    return rest;
                }
                line.writeBytes(rest);
                return line.toByteArray();
            }
            if (line == null) {
                line = new ByteArrayOutputStream();
            }
            line.write(buffer, position, end - position);
            bound(line.size(), end - position);
            position = end;
        }
    }

    private void bound(int size, int more) throws IOException {
        if (size > largest) {
            throw new IOException("a message is longer than " + largest + " bytes");
        }
        if (size > BUFFER) {
            held.take(more);
        }
    }
}
