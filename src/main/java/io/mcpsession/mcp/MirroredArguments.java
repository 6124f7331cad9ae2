package io.mcpsession.mcp;

import io.mcpsession.handler.ToolDescription;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The arguments a tool wants repeated in headers, which its input schema marks by {@code x-mcp-header} (2026-07-28,
 * Streamable HTTP, Custom Headers from Tool Parameters).
 */
public final class MirroredArguments {

    private static final String MARK = "x-mcp-header";
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final Set<String> TYPES = Set.of("string", "integer", "boolean");

    private final List<Mirrored> arguments = new ArrayList<>();

    /**
     * @throws IllegalArgumentException when a mark is one that clients would drop the whole tool for
     */
    public MirroredArguments(ToolDescription tool) {
        collect(tool, tool.inputSchema(), List.of(), new HashSet<>());
    }

    private void collect(ToolDescription tool, JsonObject schema, List<String> path, Set<String> names) {
        if (!(schema.get("properties") instanceof JsonObject properties)) {
            return;
        }
        properties.forEach((name, value) -> {
            if (value instanceof JsonObject property) {
                List<String> deeper = new ArrayList<>(path);
                deeper.add(name);
                if (property.containsKey(MARK)) {
                    arguments.add(new Mirrored(deeper, header(tool, property, names)));
                }
                collect(tool, property, deeper, names);
            }
        });
    }

    private static String header(ToolDescription tool, JsonObject property, Set<String> names) {
        boolean good = property.get(MARK) instanceof JsonString header && TOKEN.matcher(header.getString()).matches()
                && property.get("type") instanceof JsonString type && TYPES.contains(type.getString())
                && names.add(header.getString().toLowerCase(Locale.ROOT));
        if (!good) {
            throw new IllegalArgumentException(MARK + " of " + tool.name() + " must be a header name of its own, on a"
                    + " string, integer or boolean, was " + property.get(MARK));
        }
        return property.getString(MARK);
    }

    boolean isEmpty() {
        return arguments.isEmpty();
    }

    /**
     * @throws RpcException when a header differs from its argument, or is there without it or the other way round
     */
    void check(JsonObject given, RoutingHeaders headers) {
        for (Mirrored mirrored : arguments) {
            if (!headers.repeats(mirrored.header(), mirrored.in(given))) {
                throw new RpcException(McpErrors.headerMismatch("Mcp-Param-" + mirrored.header()
                        + " differs from arguments." + String.join(".", mirrored.path())));
            }
        }
    }

    /** What the headers say, by what follows {@code Mcp-Param-}: for one who calls the tool elsewhere. */
    public Map<String, String> headers(JsonObject given) {
        Map<String, String> headers = new HashMap<>();
        for (Mirrored mirrored : arguments) {
            JsonValue value = mirrored.in(given);
            if (value != null && value != JsonValue.NULL) {
                headers.put(mirrored.header(), value instanceof JsonString text ? text.getString() : value.toString());
            }
        }
        return headers;
    }

    private record Mirrored(List<String> path, String header) {

        /** Null where the call has none. */
        JsonValue in(JsonObject arguments) {
            JsonObject object = arguments;
            for (String step : path.subList(0, path.size() - 1)) {
                object = object.get(step) instanceof JsonObject deeper ? deeper : JsonValue.EMPTY_JSON_OBJECT;
            }
            return object.get(path.getLast());
        }
    }
}
