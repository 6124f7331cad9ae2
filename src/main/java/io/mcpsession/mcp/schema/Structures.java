package io.mcpsession.mcp.schema;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;

/** Values that hold others. */
final class Structures {

    /** Deepest nesting that is passed on. Messages may nest 128 deep here, and clients have limits of their own. */
    private static final int MOST_DEPTH = 64;

    /** Any JSON that clients can hold. */
    static final Shape ANY = new Shape() {
        @Override
        public JsonValue fit(JsonValue value, Findings findings) {
            String wrong = wrong(value, findings.depth());
            return wrong == null ? value : findings.refuse(wrong);
        }

        @Override
        public boolean takesNull() {
            return true;
        }
    };

    private Structures() {
    }

    /** Null when nothing is. */
    private static String wrong(JsonValue value, int depth) {
        if (value instanceof JsonNumber && !Scalars.isFinite(value)) {
            return "holds a number too large for clients";
        }
        if (!(value instanceof JsonStructure)) {
            return null;
        }
        if (depth >= MOST_DEPTH) {
            return "nests deeper than " + MOST_DEPTH;
        }
        for (JsonValue part : value instanceof JsonObject object ? object.values() : (JsonArray) value) {
            String inside = wrong(part, depth + 1);
            if (inside != null) {
                return inside;
            }
        }
        return null;
    }

    /** A list, without the items that may not be said. */
    static Shape items(Shape item) {
        return (value, findings) -> {
            if (!(value instanceof JsonArray array)) {
                return findings.refuse("must be a list");
            }
            JsonArrayBuilder fitting = Json.array();
            boolean same = true;
            for (int i = 0; i < array.size(); i++) {
                JsonValue fitted = findings.at(Integer.toString(i), item, array.get(i));
                same &= fitted == array.get(i);
                if (fitted != null) {
                    fitting.add(fitted);
                }
            }
            return same ? value : fitting.build();
        };
    }

    /** An object whose members are all of one shape, without those that may not be said. */
    static Shape each(Shape member) {
        return new Members(Map.of(), List.of(), member);
    }

    /** An object whose {@code type} says which shape it has. */
    static Shape tagged(Map<String, Shape> byType) {
        return (value, findings) -> {
            if (!(value instanceof JsonObject object)) {
                return findings.refuse("must be an object");
            }
            Shape shape = object.get("type") instanceof JsonString type ? byType.get(type.getString()) : null;
            return shape == null
                    ? findings.refuse("is of a type that this client does not know")
                    : shape.fit(value, findings);
        };
    }
}
