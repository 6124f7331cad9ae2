package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.function.Supplier;

/**
 * The {@code initialize} exchange (2025-11-25, Lifecycle). Everything in its params may be missing: the first curl
 * anybody sends has none.
 */
public final class Handshake {

    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_CAPABILITIES = 16 * 1024;

    private final ServerInfo server;
    private final Supplier<JsonObject> capabilities;
    private final Supplier<String> instructions;

    public Handshake(ServerInfo server, LiveCatalogue catalogue) {
        this.server = server;
        this.capabilities = catalogue.derived(Capabilities::of);
        this.instructions = catalogue.derived(server::instructions);
    }

    /** What the session starts with. */
    public Opening opening(JsonObject params) {
        String requested = text(params.get("protocolVersion"), ProtocolVersion.SESSION_ERA.getLast());
        JsonObject client = object(params.get("clientInfo"));
        return new Opening(ProtocolVersion.negotiate(requested), new ClientInfo(
                shortened(text(client.get("name"), "")),
                shortened(text(client.get("version"), "")),
                capabilities(params)));
    }

    /** The {@code InitializeResult} for it. */
    public JsonObject result(Opening opening) {
        return Json.object()
                .add("protocolVersion", opening.protocolVersion())
                .add("capabilities", capabilities.get())
                .add("serverInfo", server.json())
                .add("instructions", instructions.get())
                .build();
    }

    private static String capabilities(JsonObject params) {
        String text = object(params.get("capabilities")).toString();
        // Kept in every session's record: what no client sends is not worth the memory.
        return text.length() <= LONGEST_CAPABILITIES ? text : "{}";
    }

    private static String text(JsonValue value, String otherwise) {
        return value instanceof JsonString string ? string.getString() : otherwise;
    }

    private static JsonObject object(JsonValue value) {
        return value instanceof JsonObject object ? object : JsonValue.EMPTY_JSON_OBJECT;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME);
    }
}
