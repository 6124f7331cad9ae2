package io.mcpsession.upstream;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.UnreachableException;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Reads the lists of a server once, page by page. What it reads is bounded: pages, items and their text. A list that
 * cannot be read takes none of the others with it.
 */
final class ListReader {

    private static final int MOST_PAGES = 500;
    private static final int MOST_ITEMS = 5_000;
    private static final int LARGEST_ITEM = 1 << 20;

    private final BiFunction<String, JsonObject, JsonObject> ask;
    private final Consumer<String> problems;
    /** How much may still be kept, in characters. */
    private long room;
    private RuntimeException failure;
    private boolean any;

    /**
     * @param ask      from method and params to result
     * @param largest  most text of all items together, in characters
     * @param problems told what cannot be read, and why
     */
    ListReader(BiFunction<String, JsonObject, JsonObject> ask, long largest, Consumer<String> problems) {
        this.ask = ask;
        this.room = largest;
        this.problems = problems;
    }

    /**
     * Asks for all of them.
     *
     * @param capabilities what the server says that it has; null when it does not say
     * @param before       what it offered when last asked, which stays where it cannot be read now
     * @throws RuntimeException when none could be read
     */
    Lists read(JsonObject capabilities, Lists before) {
        boolean resources = has(capabilities, "resources");
        Lists lists = new Lists(
                has(capabilities, "tools") ? list("tools/list", "tools", before.tools()) : List.of(),
                resources ? list("resources/list", "resources", before.resources()) : List.of(),
                resources ? list("resources/templates/list", "resourceTemplates", before.templates()) : List.of(),
                has(capabilities, "prompts") ? list("prompts/list", "prompts", before.prompts()) : List.of());
        if (failure != null && !any) {
            throw failure;
        }
        return lists;
    }

    private static boolean has(JsonObject capabilities, String name) {
        return capabilities == null || capabilities.containsKey(name);
    }

    private List<JsonObject> list(String method, String member, List<JsonObject> before) {
        List<JsonObject> items = new ArrayList<>();
        try {
            pages(method, member, items);
            any = true;
        } catch (RpcException e) {
            if (e.error().code() == RpcError.METHOD_NOT_FOUND && items.isEmpty()) {
                // Says that it has resources, and knows no templates.
                any = true;
                return List.of();
            }
            return unread(method, e, items, before);
        } catch (UnreachableException e) {
            if (e.reach() != Reach.ANSWERING && !e.answered()) {
                throw e;
            }
            return unread(method, e, items, before);
        }
        return List.copyOf(items);
    }

    private List<JsonObject> unread(String method, RuntimeException why, List<JsonObject> read, List<JsonObject> before) {
        failure = failure == null ? why : failure;
        problems.accept(method + " cannot be read: " + why.getMessage());
        return read.isEmpty() ? before : List.copyOf(read);
    }

    private void pages(String method, String member, List<JsonObject> items) {
        Set<String> seen = new HashSet<>();
        JsonObject params = JsonValue.EMPTY_JSON_OBJECT;
        for (int page = 0; page < MOST_PAGES; page++) {
            JsonObject result = ask.apply(method, params);
            if (!(result.get(member) instanceof JsonArray array)) {
                problems.accept(method + " answers without a list of " + member);
                return;
            }
            if (!addAll(method, array, items)) {
                return;
            }
            if (!(result.get("nextCursor") instanceof JsonString cursor) || cursor.getString().isEmpty()) {
                return;
            }
            if (!seen.add(cursor.getString())) {
                problems.accept(method + " gives a cursor twice; what came up to then is taken for the whole list");
                return;
            }
            params = Json.object().add("cursor", cursor).build();
        }
        problems.accept(method + " has more than " + MOST_PAGES + " pages; the rest is left out");
    }

    /** Whether there is room for more. */
    private boolean addAll(String method, JsonArray array, List<JsonObject> items) {
        for (JsonValue value : array) {
            if (!(value instanceof JsonObject item)) {
                problems.accept(method + " holds an item that is no object");
                continue;
            }
            int size = item.toString().length();
            if (size > LARGEST_ITEM) {
                problems.accept(method + " holds an item of more than " + LARGEST_ITEM + " characters, which is left out");
                continue;
            }
            if (items.size() >= MOST_ITEMS || size > room) {
                problems.accept(method + " holds more than is kept of one server; the rest is left out");
                return false;
            }
            room -= size;
            items.add(item);
        }
        return true;
    }
}
