package io.mcpsession.mcp;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/** Keys of {@code _meta} (2026-07-28, Base Protocol, Request Metadata). */
final class Meta {

    static final String META = "_meta";
    static final String PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
    static final String CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
    static final String LOG_LEVEL = "io.modelcontextprotocol/logLevel";
    static final String SERVER_INFO = "io.modelcontextprotocol/serverInfo";
    static final String SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";
    static final String PROGRESS_TOKEN = "progressToken";

    private Meta() {
    }

    static JsonObject of(JsonObject params) {
        return params.get(META) instanceof JsonObject meta ? meta : JsonValue.EMPTY_JSON_OBJECT;
    }
}
