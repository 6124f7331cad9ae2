package io.mcpsession.upstream;

import jakarta.json.JsonObject;
import java.util.Map;

/**
 * A request on its way to another server.
 *
 * @param params   as that server knows its own things
 * @param mirrored arguments that headers repeat where requests stand alone
 * @param repeat   whether it may be sent twice
 */
record Forwarded(String method, JsonObject params, Map<String, String> mirrored, Repeat repeat) {

    /** Whether a request may be sent twice. */
    enum Repeat {
        /** Twice is the same as once. */
        HARMLESS,
        /** Nobody says; only when it was certainly not carried out. */
        UNKNOWN,
        /** Its server says that twice is not the same as once. */
        HARMFUL
    }

    /** One that only reads. */
    static Forwarded reading(String method, JsonObject params) {
        return new Forwarded(method, params, Map.of(), Repeat.HARMLESS);
    }

    boolean repeatable() {
        return repeat == Repeat.HARMLESS;
    }

    boolean unrepeatable() {
        return repeat == Repeat.HARMFUL;
    }
}
