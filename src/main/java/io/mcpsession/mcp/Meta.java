package io.mcpsession.mcp;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** Keys of {@code _meta} (2026-07-28, Base Protocol, Request Metadata). */
public final class Meta {

    /** Ours, on lists: names of the servers behind this one that are away, and whose part is the last one known. */
    static final String STALE = "io.mcpsession/stale";
    public static final String META = "_meta";
    public static final String PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
    public static final String CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
    public static final String LOG_LEVEL = "io.modelcontextprotocol/logLevel";
    public static final String CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
    public static final String SERVER_INFO = "io.modelcontextprotocol/serverInfo";
    static final String SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";
    public static final String PROGRESS_TOKEN = "progressToken";

    private Meta() {
    }

    /** That of a request, a result or a notification; empty when it has none. */
    public static JsonObject of(JsonObject params) {
        return params.get(META) instanceof JsonObject meta ? meta : JsonValue.EMPTY_JSON_OBJECT;
    }
}
