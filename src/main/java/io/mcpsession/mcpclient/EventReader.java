package io.mcpsession.mcpclient;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Reads server-sent events (HTML Living Standard, 9.2.6), one at a time and only as fast as they are asked for. */
final class EventReader {

    private static final int BUFFER = 8 * 1024;

    private final InputStream in;
    private final int largest;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private boolean afterReturn;
    private String lastId = "";
    private Optional<Long> retryMillis = Optional.empty();

    /**
     * @param largest longest event, in bytes
     */
    EventReader(InputStream in, int largest) {
        this.in = in;
        this.largest = largest;
    }

    /**
     * The data of the next event that has any.
     *
     * @return empty at the end of the stream
     * @throws IOException when the stream breaks or an event is too long
     */
    Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        boolean any = false;
        while (true) {
            byte[] line = line();
            if (line == null) {
                // What no blank line ended is not an event.
                return Optional.empty();
            }
            if (line.length == 0) {
                if (any && data.size() > 0) {
                    return Optional.of(data.toByteArray());
                }
                any = false;
                continue;
            }
            int colon = indexOf(line, (byte) ':');
            String field = new String(line, 0, colon, UTF_8);
            int from = colon + 1 < line.length && line[colon + 1] == ' ' ? colon + 2 : Math.min(colon + 1, line.length);
            switch (field) {
                case "data" -> {
                    if (any && data.size() > 0) {
                        data.write('\n');
                    }
                    any = true;
                    data.write(line, from, line.length - from);
                    bound(data.size());
                }
                case "id" -> lastId = new String(line, from, line.length - from, UTF_8);
                case "retry" -> retryMillis = millis(new String(line, from, line.length - from, UTF_8));
                default -> {
                    // Comments, which keep the connection alive, and event names, of which MCP knows one.
                }
            }
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

    private static Optional<Long> millis(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Null at the end. */
    private byte[] line() throws IOException {
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
            position = end;
            bound(line.size());
        }
    }

    private void bound(int size) throws IOException {
        if (size > largest) {
            throw new IOException("a message is longer than " + largest + " bytes");
        }
    }

    /** The id of the newest event; empty when there was none. */
    String lastId() {
        return lastId;
    }

    /** How long the server wants a client to wait before it comes back. */
    Optional<Long> retryMillis() {
        return retryMillis;
    }
}
