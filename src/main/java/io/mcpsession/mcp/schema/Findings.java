package io.mcpsession.mcp.schema;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import jakarta.json.JsonValue;

/** What was wrong with a value, and where. For one thread. */
final class Findings {

    private static final int MOST = 5;
    /** Names inside come from another program. */
    private static final int LONGEST_NAME = 40;

    private final Deque<String> path = new ArrayDeque<>();
    private final List<String> all = new ArrayList<>();

    /** Looks at a member or an item of what is looked at. */
    JsonValue at(String name, Shape shape, JsonValue value) {
        path.addLast(name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...");
        try {
            return shape.fit(value, this);
        } finally {
            path.removeLast();
        }
    }

    int depth() {
        return path.size();
    }

    /** @return null, for what may not be said */
    JsonValue refuse(String what) {
        if (all.size() < MOST) {
            all.add((path.isEmpty() ? "it" : String.join(".", path)) + " " + what);
        }
        return null;
    }

    List<String> all() {
        return List.copyOf(all);
    }
}
