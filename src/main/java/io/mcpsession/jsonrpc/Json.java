package io.mcpsession.jsonrpc;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonPointer;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.CharArrayReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Collection;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The JSON factories, looked up once: the static methods of {@code jakarta.json.Json} search for the provider on every
 * call, which cost two thirds of the throughput when measured.
 */
public final class Json {

    /** Deepest nesting accepted. Real calls nest a dozen levels; a parser that recurses does not survive thousands. */
    public static final int MAX_DEPTH = 128;

    /** What most messages are, in characters, but for a part that is known beforehand. */
    private static final int SHORT = 256;

    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final JsonBuilderFactory BUILDERS = PROVIDER.createBuilderFactory(Map.of());
    private static final JsonReaderFactory READERS = PROVIDER.createReaderFactory(Map.of());
    private static final JsonParserFactory PARSERS = PROVIDER.createParserFactory(Map.of(
            // Parsson refuses at this depth, not beyond it.
            "org.eclipse.parsson.maxDepth", MAX_DEPTH + 1,
            // Two readers of one message must not disagree on which of two equal keys counts. Parsson's parsers know
            // only this name for it, its readers also jakarta.json's.
            "org.eclipse.parsson.rejectDuplicateKeys", true));

    /** Deepest nesting read from other servers: deeper than ours, so that one item that nests too deep can be left out alone. */
    private static final int MAX_FOREIGN_DEPTH = 512;
    /** Longest number read from them. Reading one takes time that grows with the square of this. */
    private static final int MAX_FOREIGN_DIGITS = 4_096;
    /** As JavaScript reads: of two equal keys the last counts. */
    private static final JsonParserFactory FOREIGN_PARSERS = PROVIDER.createParserFactory(Map.of(
            "org.eclipse.parsson.maxDepth", MAX_FOREIGN_DEPTH + 1,
            "org.eclipse.parsson.maxBigDecimalLength", MAX_FOREIGN_DIGITS));
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private Json() {
    }

    public static JsonObjectBuilder object() {
        return BUILDERS.createObjectBuilder();
    }

    /** A copy to change. */
    public static JsonObjectBuilder object(JsonObject from) {
        return BUILDERS.createObjectBuilder(from);
    }

    public static JsonArrayBuilder array() {
        return BUILDERS.createArrayBuilder();
    }

    public static JsonArray array(Collection<? extends JsonValue> items) {
        JsonArrayBuilder array = array();
        items.forEach(array::add);
        return array.build();
    }

    public static JsonArray strings(Collection<String> items) {
        JsonArrayBuilder array = array();
        items.forEach(array::add);
        return array.build();
    }

    public static JsonString string(String value) {
        return PROVIDER.createValue(value);
    }

    public static JsonNumber number(long value) {
        return PROVIDER.createValue(value);
    }

    /**
     * A JSON Pointer (RFC 6901).
     *
     * @throws JsonException when the text is none
     */
    public static JsonPointer pointer(String text) {
        return PROVIDER.createPointer(text);
    }

    /** A whole number is written without a fraction. */
    public static JsonNumber number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? number((long) value) : PROVIDER.createValue(value);
    }

    /**
     * @throws CharacterCodingException when the bytes are no UTF-8
     * @throws RuntimeException         of whatever kind the provider finds fit, when the text is no JSON, nests too deep,
     *                                  repeats a key or holds a number too long to be one
     */
    static JsonValue parse(byte[] utf8) throws CharacterCodingException {
        CharBuffer text = UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        return parsed(PARSERS, new CharArrayReader(text.array(), 0, text.limit()));
    }

    private static JsonValue parsed(JsonParserFactory parsers, Reader text) {
        try (JsonParser parser = parsers.createParser(text)) {
            parser.next();
            JsonValue value = parser.getValue();
            // Fails when something follows: a reader of the same provider would not look.
            parser.hasNext();
            return value;
        }
    }

    /**
     * Parses what another server sent as the official clients read it ({@code response.json()} of Fetch): without a byte
     * order mark, bytes that are no UTF-8 replaced, equal keys overwritten.
     *
     * @throws RuntimeException of whatever kind the provider finds fit, when the text is no JSON or nests too deep
     */
    static JsonValue parseForeign(byte[] utf8) {
        String text = new String(utf8, UTF_8);
        int start = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        return parsed(FOREIGN_PARSERS, new StringReader(start == 0 ? text : text.substring(start)));
    }

    /** Parses text this program wrote itself. */
    public static JsonObject parseObject(String text) {
        try (JsonReader reader = READERS.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    /** The same object, for one that is sent many times: its text is made now and used whenever it is part of a message. */
    public static JsonObject written(JsonObject object) {
        return new WrittenObject(object);
    }

    /** UTF-8 text. */
    public static byte[] bytes(JsonValue value) {
        // A writer to a stream takes 8 KB of buffers for each message.
        return (value instanceof JsonObject message ? text(message) : value.toString()).getBytes(UTF_8);
    }

    /** Member by member, because some know their text already. */
    public static String text(JsonObject message) {
        StringBuilder text = new StringBuilder(SHORT + lengthOfWritten(message)).append('{');
        message.forEach((name, value) -> text.append(text.length() == 1 ? "" : ",")
                .append(string(name)).append(':').append(value));
        return text.append('}').toString();
    }

    private static int lengthOfWritten(JsonObject message) {
        int length = 0;
        for (JsonValue value : message.values()) {
            length += value instanceof WrittenObject written ? written.toString().length() : 0;
        }
        return length;
    }
}
