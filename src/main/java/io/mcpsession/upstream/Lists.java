package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** What a server offers, as it says it. */
record Lists(List<JsonObject> tools, List<JsonObject> resources, List<JsonObject> templates, List<JsonObject> prompts) {

    static final Lists EMPTY = new Lists(List.of(), List.of(), List.of(), List.of());

    /** Most items of one list, so that a server cannot fill this one's memory. */
    private static final int MOST_ITEMS = 5_000;
    private static final int MOST_PAGES = 500;

    /**
     * Asks for all of them.
     *
     * @param capabilities what the server says that it has
     * @param ask          from method and params to result
     */
    static Lists read(JsonObject capabilities, BiFunction<String, JsonObject, JsonObject> ask) {
        boolean resources = capabilities.containsKey("resources");
        return new Lists(
                capabilities.containsKey("tools") ? all("tools/list", "tools", ask) : List.of(),
                resources ? all("resources/list", "resources", ask) : List.of(),
                resources ? all("resources/templates/list", "resourceTemplates", ask) : List.of(),
                capabilities.containsKey("prompts") ? all("prompts/list", "prompts", ask) : List.of());
    }

    private static List<JsonObject> all(String method, String member, BiFunction<String, JsonObject, JsonObject> ask) {
        List<JsonObject> items = new ArrayList<>();
        JsonObject params = JsonValue.EMPTY_JSON_OBJECT;
        for (int page = 0; page < MOST_PAGES; page++) {
            JsonObject result;
            try {
                result = ask.apply(method, params);
            } catch (RpcException e) {
                if (e.error().code() == RpcError.METHOD_NOT_FOUND && page == 0) {
                    // Says that it has resources, and knows no templates.
                    return List.of();
                }
                throw e;
            }
            if (result.get(member) instanceof JsonArray array) {
                array.stream().filter(JsonObject.class::isInstance).map(JsonValue::asJsonObject)
                        .limit(MOST_ITEMS - items.size()).forEach(items::add);
            }
            if (!(result.get("nextCursor") instanceof JsonString cursor) || items.size() >= MOST_ITEMS) {
                return List.copyOf(items);
            }
            params = Json.object().add("cursor", cursor).build();
        }
        return List.copyOf(items);
    }
}
