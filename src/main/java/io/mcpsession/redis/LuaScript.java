package io.mcpsession.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A script of the store: its own file behind what all share, which is the time, the layout and the rules. */
enum LuaScript {

    CREATE("create"),
    LOOKUP("lookup"),
    LOOKUPS("lookups"),
    ANCHOR("anchor"),
    UPDATE("update"),
    END("end"),
    END_ALL("endall"),
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
    private final String text;

    LuaScript(String name) {
        this.name = name;
        this.text = read("now") + read("layout-map-cache") + read("rules") + read(name);
    }

    /** For metrics. */
    String command() {
        return name;
    }

    String text() {
        return text;
    }

    private static String read(String name) {
        try (InputStream in = LuaScript.class.getResourceAsStream(name + ".lua")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
