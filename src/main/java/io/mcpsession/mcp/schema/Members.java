package io.mcpsession.mcp.schema;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An object by the names of its members. Optional members that are null or may not be said are left out; without a
 * required one nothing of the object is left.
 *
 * @param others what members may be that are not named: clients pass over what they do not know
 */
record Members(Map<String, Shape> known, List<String> required, Shape others) implements Shape {

    static Members none() {
        return new Members(Map.of(), List.of(), Structures.ANY);
    }

    Members may(String name, Shape shape) {
        Map<String, Shape> more = new HashMap<>(known);
        more.put(name, shape);
        return new Members(more, required, others);
    }

    Members must(String name, Shape shape) {
        List<String> more = new ArrayList<>(required);
        more.add(name);
        return new Members(may(name, shape).known(), more, others);
    }

    /** Those and these. */
    Members and(Members more) {
        Members both = this;
        for (Map.Entry<String, Shape> member : more.known.entrySet()) {
            both = more.required.contains(member.getKey())
                    ? both.must(member.getKey(), member.getValue())
                    : both.may(member.getKey(), member.getValue());
        }
        return both;
    }

    @Override
    public JsonValue fit(JsonValue value, Findings findings) {
        if (!(value instanceof JsonObject object)) {
            return findings.refuse("must be an object");
        }
        for (String name : required) {
            if (object.getOrDefault(name, JsonValue.NULL) == JsonValue.NULL) {
                return findings.refuse("must have " + name);
            }
        }
        JsonObjectBuilder fitting = null;
        for (Map.Entry<String, JsonValue> member : object.entrySet()) {
            String name = member.getKey();
            Shape shape = known.getOrDefault(name, others);
            // Null in place of an optional member means nothing: many servers write it so.
            JsonValue fitted = member.getValue() == JsonValue.NULL && !shape.takesNull()
                    ? null
                    : findings.at(name, shape, member.getValue());
            if (fitted == member.getValue()) {
                continue;
            }
            if (fitted == null && required.contains(name)) {
                return null;
            }
            fitting = fitting == null ? Json.object(object) : fitting;
            if (fitted == null) {
                fitting.remove(name);
            } else {
                fitting.add(name, fitted);
            }
        }
        return fitting == null ? object : fitting.build();
    }
}
