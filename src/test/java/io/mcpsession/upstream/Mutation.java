package io.mcpsession.upstream;

import io.mcpsession.testing.ScriptedServer.Reply;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One change to an answer that is right.
 *
 * @param node which value of the answer is changed, counted in the order of its text
 * @param seed which of several ways to change it
 */
record Mutation(Change change, int node, int seed) {

    enum Change { NULL, MISSING, OTHER_TYPE, OTHER_CASE, REPEATED, REORDERED, HUGE_NUMBER, DEEP, MANY, HUGE_STRING, MARK, PING }

    private static final List<String> OTHERS = List.of("7", "-1.5", "\"\"", "\"x\\ny\"", "true", "[]", "{}", "[[1]]",
            "{\"a\": null}");

    static Mutation random(Random random, int nodes) {
        return new Mutation(Change.values()[random.nextInt(Change.values().length)], random.nextInt(nodes),
                random.nextInt(1 << 16));
    }

    /** How many values there are to change. */
    static int nodes(String json) {
        int[] count = {0};
        visit(parse(json), count);
        return count[0];
    }

    private static void visit(JsonValue value, int[] count) {
        count[0]++;
        children(value).forEach(child -> visit(child, count));
    }

    private static List<JsonValue> children(JsonValue value) {
        return switch (value) {
            case JsonObject object -> List.copyOf(object.values());
            case JsonArray array -> array;
            default -> List.of();
        };
    }

    private static JsonValue parse(String json) {
        try (JsonReader reader = Json.createReader(new StringReader(json))) {
            return reader.readValue();
        }
    }

    Reply applied(String json) {
        return switch (change) {
            case MARK -> Reply.json(200, "\uFEFF" + json);
            case PING -> Reply.events("event: ping\ndata: still there\n\ndata: " + json.replace("\n", " ") + "\n\n");
            default -> {
                String changed = text("", parse(json), new int[] {0});
                yield seed % 2 == 0 ? Reply.json(200, changed) : Reply.events("data: " + changed + "\n\n");
            }
        };
    }

    /** A member with its name, or an item or the whole where the name is empty; nothing for what is missing. */
    private String text(String name, JsonValue value, int[] count) {
        boolean here = count[0]++ == node;
        List<String> parts = new ArrayList<>();
        if (value instanceof JsonObject object) {
            object.forEach((key, member) -> parts.add(text(key, member, count)));
        } else if (value instanceof JsonArray array) {
            array.forEach(item -> parts.add(text("", item, count)));
        }
        parts.removeIf(String::isEmpty);
        if (here && change == Change.REORDERED) {
            Collections.reverse(parts);
        }
        String joined = parts.stream().collect(Collectors.joining(","));
        String same = switch (value) {
            case JsonObject _ -> "{" + joined + "}";
            case JsonArray _ -> "[" + joined + "]";
            default -> value.toString();
        };
        String label = name.isEmpty() ? "" : Json.createValue(name) + ":";
        if (!here) {
            return label + same;
        }
        return switch (change) {
            case NULL -> label + "null";
            case MISSING -> "";
            case OTHER_TYPE -> label + OTHERS.get(seed % OTHERS.size());
            case OTHER_CASE -> name.isEmpty()
                    ? (value instanceof JsonString text ? Json.createValue(text.getString().toUpperCase(Locale.ROOT)).toString() : same)
                    : Json.createValue(name.toUpperCase(Locale.ROOT)) + ":" + same;
            case REPEATED -> label + same + (label.isEmpty() && count[0] == 1 ? "" : "," + label + same);
            case HUGE_NUMBER -> label + List.of("1e999", "-1e400", "9".repeat(2000), "1e999999999",
                    "9".repeat(200_000), "1e-2147483647").get(seed % 6);
            case DEEP -> {
                int depth = List.of(100, 300, 50_000).get(seed % 3);
                yield label + "[".repeat(depth) + "]".repeat(depth);
            }
            case MANY -> label + List.of("[" + "{\"\":0},".repeat(60_000) + "0]", "[" + "0,".repeat(90_000) + "0]",
                    sameHashes()).get(seed % 3);
            case HUGE_STRING -> label + "\"" + List.of("x\\u0000\\n", "\\ud83d", "\\ude00\\ud83d").get(seed % 3).repeat(50_000)
                    + "\"";
            case REORDERED, MARK, PING -> label + same;
        };
    }

    /** An object whose keys have one hash code. */
    private static String sameHashes() {
        return IntStream.range(0, 1 << 13).mapToObj(number -> IntStream.range(0, 13)
                .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB").collect(Collectors.joining("", "\"", "\":0")))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
