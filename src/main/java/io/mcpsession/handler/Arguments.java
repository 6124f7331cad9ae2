package io.mcpsession.handler;

import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;

/** The arguments of a tool call, read with errors a model can act on. */
public final class Arguments {

    private final JsonObject values;

    public Arguments(JsonObject values) {
        this.values = values;
    }

    /**
     * Refuses arguments the tool does not know: most often a misspelt name.
     *
     * @throws ToolException when there is one
     */
    public Arguments only(String... names) {
        List<String> known = List.of(names);
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw new ToolException("Unknown argument \"" + RpcException.shown(name) + "\"; "
                        + (known.isEmpty() ? "this tool takes none." : "this tool takes: " + String.join(", ", known)
                        + "."));
            }
        }
        return this;
    }

    /**
     * @throws ToolException when the argument is missing or no string
     */
    public String string(String name) {
        JsonValue value = values.get(name);
        if (value instanceof JsonString text) {
            return text(name, text.getString());
        }
        throw refused(name, value == null || value == JsonValue.NULL ? "missing" : "not a string");
    }

    /** JSON can escape half a character; stored as UTF-8 it would come back as a question mark. */
    private static String text(String name, String value) {
        if (value.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw refused(name, "not Unicode text");
        }
        return value;
    }

    private static ToolException refused(String name, String why) {
        return new ToolException("Argument \"" + name + "\" is " + why + ".");
    }

    /**
     * @return empty when the argument is missing, null or empty: clients whose models fill in every argument send one of
     *         these for what they leave out
     * @throws ToolException when it is no string
     */
    public Optional<String> optionalString(String name) {
        return values.getOrDefault(name, JsonValue.NULL) == JsonValue.NULL
                ? Optional.empty()
                : Optional.of(string(name)).filter(text -> !text.isEmpty());
    }

    /** The arguments as they came. */
    public JsonObject json() {
        return values;
    }
}
