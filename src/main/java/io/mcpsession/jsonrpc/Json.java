package io.mcpsession.jsonrpc;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonConfig;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.JsonWriterFactory;
import jakarta.json.spi.JsonProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
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

    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final JsonBuilderFactory BUILDERS = PROVIDER.createBuilderFactory(Map.of());
    private static final JsonWriterFactory WRITERS = PROVIDER.createWriterFactory(Map.of());
    private static final JsonReaderFactory READERS = PROVIDER.createReaderFactory(Map.of(
            "org.eclipse.parsson.maxDepth", MAX_DEPTH,
            // Two readers of one message must not disagree on which of two equal keys counts.
            JsonConfig.KEY_STRATEGY, JsonConfig.KeyStrategy.NONE));

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

    /** A whole number is written without a fraction. */
    public static JsonNumber number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? number((long) value) : PROVIDER.createValue(value);
    }

    /**
     * @throws RuntimeException of whatever kind the provider finds fit, when the bytes are no JSON, nest too deep,
     *                          repeat a key or hold a number too long to be one
     */
    static JsonValue parse(byte[] utf8) {
        try (JsonReader reader = READERS.createReader(new ByteArrayInputStream(utf8), UTF_8)) {
            return reader.readValue();
        }
    }

    /** Parses text this program wrote itself. */
    public static JsonObject parseObject(String text) {
        try (JsonReader reader = READERS.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }

    public static byte[] bytes(JsonValue value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonWriter writer = WRITERS.createWriter(out, UTF_8)) {
            writer.write(value);
        }
        return out.toByteArray();
    }
}
