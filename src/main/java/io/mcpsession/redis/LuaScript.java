package io.mcpsession.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A script of the store: its own file behind what all share, which is the time, the layout, what is known of clients, and
 * the rules.
 */
enum LuaScript {

    CREATE("create", 6, 6, 7),
    LOOKUPS("lookups"),
    ANCHOR("anchor"),
    UPDATE("update"),
    DISCARD("discard"),
    END("end", 4, 2, 5),
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
    JOIN("join"),
    SUBSCRIBE("subscribe"),
    UNSUBSCRIBE("unsubscribe"),
    SUBSCRIPTIONS("subscriptions"),
    REINDEX("reindex"),
    BUS_PUBLISH("bus-publish"),
    BUS_NEWEST("bus-newest"),
    AWAITED_BEGIN("awaited-begin"),
    AWAITED_TAKE("awaited-take"),
    EVENT_APPEND("event-append"),
    EVENTS_AFTER("events-after"),
    HASH_PROBE("hash-probe"),
    TOKEN_ROTATE("token-rotate"),
    TOKEN_REVOKE("token-revoke"),
    TOKEN_REVOKED("token-revoked"),
    LEDGER_NOTE("ledger-note"),
    LEDGER_TAKE("ledger-take"),
    PERMITS("permits");

    private final String name;
    private final Map<Layout, String> texts = new EnumMap<>(Layout.class);

    LuaScript(String name) {
        this(name, read(name));
    }

    /** One that several calls share a run of, each with as many keys and arguments. */
    LuaScript(String name, int keys, int sharedArguments, int ownArguments) {
        this(name, "local KEYS_EACH, SHARED, OWN = %d, %d, %d%n".formatted(keys, sharedArguments, ownArguments)
                + "local function one()\n" + read(name) + "end\n" + read("gathered"));
    }

    LuaScript(String name, String body) {
        this.name = name;
        for (Layout layout : Layout.values()) {
            texts.put(layout, Shared.TEXTS.get(layout) + body);
        }
    }

    /** For metrics. */
    String command() {
        return name;
    }

    String text(Layout layout) {
        return texts.get(layout);
    }

    /** The same, for a run after one that failed because a key holds something of another type: such a key makes way. */
    String mending(Layout layout) {
        return Shared.MENDING + text(layout);
    }

    /** Read once, and not by each script. */
    private static final class Shared {

        /** What stands before the body of every script. */
        static final Map<Layout, String> TEXTS = new EnumMap<>(Layout.class);
        static final String MENDING = read("mending");

        static {
            for (Layout layout : Layout.values()) {
                TEXTS.put(layout, read("now") + read(layout.prelude()) + read("known") + read("rules"));
            }
        }
    }

    private static String read(String name) {
        try (InputStream in = LuaScript.class.getResourceAsStream(name + ".lua")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
