package io.mcpsession.mcp;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;

/** Sends progress to a client that asked for it; a value must be above the one before. */
final class ProgressReport {

    private final JsonValue token;
    private final Outbox outbox;
    private double last = Double.NEGATIVE_INFINITY;

    ProgressReport(JsonObject meta, Outbox outbox) {
        this.token = meta.get(Meta.PROGRESS_TOKEN);
        this.outbox = outbox;
    }

    synchronized void report(double done, double total, String message) {
        if ((token instanceof JsonString || token instanceof JsonNumber) && done > last) {
            last = done;
            outbox.send(Notifications.progress(token, done, total, message));
        }
    }
}
