package io.mcpsession.mcp;

import jakarta.json.JsonObject;

/** The way from a running call to its client. Thread-safe. */
public interface Outbox {

    /** Sends a message on the call's own stream, which opens with the first one. */
    void send(JsonObject message);

    /** Names whose client it leads to, among all callers. */
    String caller();

    /** Whether questions can be asked and will be answered. */
    boolean canAsk();
}
