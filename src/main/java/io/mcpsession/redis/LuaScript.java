package io.mcpsession.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A script of the store: its own file behind what all share, which is the time, the layout and the rules. */
enum LuaScript {

    CREATE("create"),
    LOOKUPS("lookups"),
    ANCHOR("anchor"),
    UPDATE("update"),
    END("end"),
    END_ALL("endall"),
    REASSERT("reassert"),
    LIST("list"),
    COUNT("count"),
    COUNT_USER("count-user"),
    RECLAIM("reclaim"),
    LOG_PLACE("log-place"),
    NOTE_PUT("note-put"),
    NOTE_GET("note-get"),
    NOTE_LIST("note-list"),
    NOTE_DELETE("note-delete"),
    SIGNING_KEY("signing-key"),
    TIME("time"),
    SUBSCRIBE("subscribe"),
    BUS_PUBLISH("bus-publish"),
    EVENT_APPEND("event-append"),
    EVENTS_AFTER("events-after"),
    TOKEN_ROTATE("token-rotate"),
    PERMITS("permits");

    private final String name;
    private final Map<Layout, String> texts = new EnumMap<>(Layout.class);

    LuaScript(String name) {
        this.name = name;
        for (Layout layout : Layout.values()) {
            texts.put(layout, read("now") + read(layout.prelude()) + read("rules") + read(name));
        }
    }

    /** For metrics. */
    String command() {
        return name;
    }

    String text(Layout layout) {
        return texts.get(layout);
    }

    private static String read(String name) {
        try (InputStream in = LuaScript.class.getResourceAsStream(name + ".lua")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
