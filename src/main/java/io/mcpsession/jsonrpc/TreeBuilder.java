package io.mcpsession.jsonrpc;

import io.mcpsession.limit.BudgetExhaustedException;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import java.math.BigDecimal;

/**
 * Makes the values of one JSON text, and stops at the first that is too many, before it is made. For one text.
 */
final class TreeBuilder {

    /** The memory is told of in steps, and not at all of most messages: each telling takes a lock. */
    private static final int STEP = 32 * 1024;

    private final JsonParser parser;
    private final JsonBuilderFactory builders;
    private final JsonLimits limits;
    private final int deepest;
    private int values;
    private int depth;
    private long bytes;

    /**
     * @param parser   at its beginning
     * @param builders refuse a key that stands twice in one object, or take the last
     * @param deepest  deepest nesting of objects and arrays
     */
    TreeBuilder(JsonParser parser, JsonBuilderFactory builders, JsonLimits limits, int deepest) {
        this.parser = parser;
        this.builders = builders;
        this.limits = limits;
        this.deepest = deepest;
    }

    /**
     * @throws JsonRefusedException     when the text is not one JSON value within the limits
     * @throws BudgetExhaustedException when its memory cannot be had
     */
    JsonValue build() {
        try {
            JsonValue value = value(parser.next());
            // Fails when something follows.
            parser.hasNext();
            return value;
        } catch (JsonRefusedException | BudgetExhaustedException e) {
            throw e;
        } catch (UnsupportedOperationException e) {
            // So the provider says, when a number has more digits than it was told to read.
            throw JsonRefusedException.of("holds a number of too many digits");
        } catch (RuntimeException e) {
            // The provider has an exception for every way to be no JSON.
            throw JsonRefusedException.notJson();
        }
    }

    private JsonValue value(Event event) {
        if (++values > limits.values()) {
            throw JsonRefusedException.tooManyValues(limits.values());
        }
        return switch (event) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> {
                JsonString text = (JsonString) parser.getValue();
                take(JsonWeight.STRING + text.getChars().length());
                yield text;
            }
            case VALUE_NUMBER -> {
                JsonNumber number = (JsonNumber) parser.getValue();
                take(number.numberValue() instanceof BigDecimal decimal ? JsonWeight.ofNumber(decimal.precision(), true)
                        : JsonWeight.NUMBER);
                yield number;
            }
            case VALUE_TRUE, VALUE_FALSE, VALUE_NULL, KEY_NAME, END_OBJECT, END_ARRAY -> parser.getValue();
        };
    }

    private JsonObject object() {
        deeper();
        int table = JsonWeight.TABLE;
        JsonObjectBuilder object = builders.createObjectBuilder();
        for (Event event = parser.next(); event != Event.END_OBJECT; event = parser.next()) {
            String name = parser.getString();
            take(table + JsonWeight.MEMBER + name.length());
            table = 0;
            JsonValue value = value(parser.next());
            try {
                object.add(name, value);
            } catch (RuntimeException e) {
                throw JsonRefusedException.of("holds an object in which a key stands twice");
            }
        }
        depth--;
        return object.build();
    }

    private JsonArray array() {
        deeper();
        int list = JsonWeight.LIST;
        JsonArrayBuilder array = builders.createArrayBuilder();
        for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
            take(list + JsonWeight.ITEM);
            list = 0;
            array.add(value(event));
        }
        depth--;
        return array.build();
    }

    private void deeper() {
        if (++depth > deepest) {
            throw JsonRefusedException.tooDeep(deepest);
        }
        take(JsonWeight.EMPTY);
    }

    private void take(int more) {
        bytes += more;
        if (bytes >= STEP) {
            limits.memory().accept(bytes);
            bytes = 0;
        }
    }
}
