package io.mcpsession.jsonrpc;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonConfig;
import jakarta.json.JsonConfig.KeyStrategy;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonPointer;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.ByteArrayInputStream;
import java.io.CharArrayReader;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The JSON factories, looked up once: the static methods of {@code jakarta.json.Json} search for the provider on every
 * call, which cost two thirds of the throughput when measured.
 */
public final class Json {

    /** Deepest nesting accepted. Real calls nest a dozen levels; a parser that recurses does not survive thousands. */
    public static final int MAX_DEPTH = 128;

    /** Longest number, in characters. Reading one takes time that grows with the square of this. */
    private static final int MAX_DIGITS = 1_100;

    /** What messages are made of, with nothing to escape. */
    private static final Set<String> PLAIN_NAMES =
            Set.of("jsonrpc", "id", "method", "params", "result", "error", "code", "message", "data");

    /** What most messages are, in characters, but for a part that is known beforehand. */
    private static final int SHORT = 256;

    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final JsonBuilderFactory BUILDERS = PROVIDER.createBuilderFactory(Map.of());
    /** Two readers of one message must not disagree on which of two equal keys counts. */
    private static final JsonBuilderFactory STRICT_BUILDERS =
            PROVIDER.createBuilderFactory(Map.of(JsonConfig.KEY_STRATEGY, KeyStrategy.NONE));
    private static final JsonParserFactory PARSERS = parsers(MAX_DEPTH, MAX_DIGITS);

    /** Deepest nesting read from other servers: deeper than ours, so that one item that nests too deep can be left out alone. */
    private static final int MAX_FOREIGN_DEPTH = 512;
    private static final int MAX_FOREIGN_DIGITS = 4_096;
    private static final JsonParserFactory FOREIGN_PARSERS = parsers(MAX_FOREIGN_DEPTH, MAX_FOREIGN_DIGITS);

    /** Longer texts are decoded piece by piece, and no further than they are read, at a price for each text. */
    private static final int DECODED_AT_ONCE = 64 * 1024;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private Json() {
    }

    private static JsonParserFactory parsers(int depth, int digits) {
        return PROVIDER.createParserFactory(Map.of(
                // Parsson refuses at this depth, not beyond it; TreeBuilder comes first, and says why.
                "org.eclipse.parsson.maxDepth", depth + 2,
                "org.eclipse.parsson.maxBigDecimalLength", digits));
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
     * @throws JsonRefusedException when the bytes are no UTF-8, or the text is no JSON, repeats a key, or is too much
     */
    static JsonValue parse(byte[] utf8, JsonLimits limits) {
        return parsed(PARSERS, text(utf8, 0, CodingErrorAction.REPORT), STRICT_BUILDERS,
                weighed(utf8, 0, limits, MAX_DEPTH), MAX_DEPTH);
    }

    /**
     * Parses what another server sent as the official clients read it ({@code response.json()} of Fetch): without a byte
     * order mark, bytes that are no UTF-8 replaced, and of two equal keys the last.
     *
     * @throws JsonRefusedException when the text is no JSON, or is too much
     */
    public static JsonValue parseForeign(byte[] utf8, JsonLimits limits) {
        boolean marked = utf8.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(utf8, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
        int from = marked ? BYTE_ORDER_MARK.length : 0;
        return parsed(FOREIGN_PARSERS, text(utf8, from, CodingErrorAction.REPLACE), BUILDERS,
                weighed(utf8, from, limits, MAX_FOREIGN_DEPTH), MAX_FOREIGN_DEPTH);
    }

    /** The memory of a long text is told of before it is parsed, and that of a short one meanwhile. */
    private static JsonLimits weighed(byte[] utf8, int from, JsonLimits limits, int deepest) {
        if (utf8.length <= DECODED_AT_ONCE) {
            return limits;
        }
        limits.memory().accept(JsonWeight.of(utf8, from, limits.values(), deepest));
        return JsonLimits.ofValues(limits.values());
    }

    private static Reader text(byte[] utf8, int from, CodingErrorAction malformed) {
        CharsetDecoder decoder = UTF_8.newDecoder().onMalformedInput(malformed).onUnmappableCharacter(malformed);
        if (utf8.length > DECODED_AT_ONCE) {
            return new InputStreamReader(new ByteArrayInputStream(utf8, from, utf8.length - from), decoder);
        }
        try {
            CharBuffer text = decoder.decode(ByteBuffer.wrap(utf8, from, utf8.length - from));
            return new CharArrayReader(text.array(), 0, text.limit());
        } catch (CharacterCodingException e) {
            throw JsonRefusedException.notJson();
        }
    }

    private static JsonValue parsed(JsonParserFactory parsers, Reader text, JsonBuilderFactory builders,
                                    JsonLimits limits, int depth) {
        try (JsonParser parser = parsers.createParser(text)) {
            return new TreeBuilder(parser, builders, limits, depth).build();
        }
    }

    /**
     * Parses text that this program wrote itself, here or on another replica.
     *
     * @throws JsonRefusedException when it is none
     */
    public static JsonObject parseObject(String text) {
        if (parsed(FOREIGN_PARSERS, new StringReader(text), BUILDERS, JsonLimits.WRITTEN, MAX_FOREIGN_DEPTH)
                instanceof JsonObject object) {
            return object;
        }
        throw JsonRefusedException.notJson();
    }

    /**
     * Parses what is stored: by this version or another, or by whoever else can write there.
     *
     * @throws JsonRefusedException when it is no JSON, or more than a record ever is
     */
    public static JsonValue parseStored(String text) {
        return parsed(FOREIGN_PARSERS, new StringReader(text), BUILDERS, JsonLimits.USUAL, MAX_FOREIGN_DEPTH);
    }

    /** The same object, for one that is sent many times: its text is made now and used whenever it is part of a message. */
    public static JsonObject written(JsonObject object) {
        return new WrittenObject(object);
    }

    /** UTF-8 text. */
    public static byte[] bytes(JsonValue value) {
        // A writer to a stream takes 8 KB of buffers for each message.
        return text(value).getBytes(UTF_8);
    }

    /** Text that can be written as UTF-8. */
    public static String text(JsonValue value) {
        return whole(value instanceof JsonObject message ? joined(message) : value.toString());
    }

    /** Member by member, because some know their text already. */
    private static String joined(JsonObject message) {
        StringBuilder text = new StringBuilder(SHORT + lengthOfWritten(message)).append('{');
        message.forEach((name, value) -> {
            text.append(text.length() == 1 ? "" : ",");
            appendName(text, name);
            text.append(':').append(value);
        });
        return text.append('}').toString();
    }

    /**
     * A text may hold half a character, most often where it was cut short. No encoding has it, and an escape says it, as it
     * did when it came (RFC 8259, section 8.2).
     */
    private static String whole(String json) {
        int half = halfIn(json, 0);
        if (half < 0) {
            return json;
        }
        StringBuilder text = new StringBuilder(json.length() + SHORT);
        int from = 0;
        for (; half >= 0; half = halfIn(json, from)) {
            text.append(json, from, half).append("\\u").append(Integer.toHexString(json.charAt(half)));
            from = half + 1;
        }
        return text.append(json, from, json.length()).toString();
    }

    /** Where the next half of a character is that has no other half; negative where none is. */
    private static int halfIn(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 1) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    private static void appendName(StringBuilder text, String name) {
        if (PLAIN_NAMES.contains(name)) {
            text.append('"').append(name).append('"');
        } else {
            text.append(string(name));
        }
    }

    private static int lengthOfWritten(JsonObject message) {
        int length = 0;
        for (JsonValue value : message.values()) {
            length += value instanceof WrittenObject written ? written.toString().length() : 0;
        }
        return length;
    }
}
