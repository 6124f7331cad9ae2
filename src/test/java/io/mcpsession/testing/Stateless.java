package io.mcpsession.testing;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Speaks 2026-07-28: each request says all.
 *
 * @param http         who calls
 * @param capabilities what the client declares
 */
public record Stateless(McpClient http, JsonObject capabilities) {

    public static final String VERSION = "2026-07-28";
    private static final String PREFIX = "io.modelcontextprotocol/";

    public static Stateless of(McpClient http) {
        return new Stateless(http, JsonValue.EMPTY_JSON_OBJECT);
    }

    public Stateless declaring(String... names) {
        var declared = Json.createObjectBuilder();
        List.of(names).forEach(name -> declared.add(name, JsonValue.EMPTY_JSON_OBJECT));
        return new Stateless(http, declared.build());
    }

    public Answer call(String method, JsonObject params) {
        return http.with(headers(method, params)).post(request(method, params));
    }

    public Answer call(String method) {
        return call(method, JsonValue.EMPTY_JSON_OBJECT);
    }

    public Answer tool(String name) {
        return call("tools/call", Json.createObjectBuilder().add("name", name).build());
    }

    /** The body of a request. */
    public String request(String method, JsonObject params) {
        JsonObject meta = params.containsKey("_meta") ? params.getJsonObject("_meta") : JsonValue.EMPTY_JSON_OBJECT;
        return Json.createObjectBuilder().add("jsonrpc", "2.0").add("id", 1).add("method", method)
                .add("params", Json.createObjectBuilder(params).add("_meta", Json.createObjectBuilder(meta)
                        .add(PREFIX + "protocolVersion", VERSION)
                        .add(PREFIX + "clientCapabilities", capabilities)))
                .build().toString();
    }

    /** The headers that say the same as the body: name, value, name, value. */
    public static String[] headers(String method, JsonObject params) {
        List<String> headers = new ArrayList<>(List.of("MCP-Protocol-Version", VERSION, "Mcp-Method", method));
        Optional.ofNullable(params.getString(method.equals("resources/read") ? "uri" : "name", null))
                .ifPresent(name -> headers.addAll(List.of("Mcp-Name", name)));
        return headers.toArray(String[]::new);
    }
}
