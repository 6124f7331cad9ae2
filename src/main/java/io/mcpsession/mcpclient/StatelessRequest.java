package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A request that says all (2026-07-28, Base Protocol).
 *
 * @param params       its own; a {@code _meta} of them is kept
 * @param capabilities what the server may ask of the client
 * @param mirrored     arguments that headers repeat, by the names of the headers
 */
public record StatelessRequest(String method, JsonObject params, JsonObject capabilities,
                               Map<String, String> mirrored) {

    private static final String META = "_meta";
    private static final String PREFIX = "io.modelcontextprotocol/";
    /** Which parameter {@code Mcp-Name} repeats. */
    private static final Map<String, String> NAMED_BY =
            Map.of("tools/call", "name", "prompts/get", "name", "resources/read", "uri");

    public StatelessRequest(String method, JsonObject params) {
        this(method, params, JsonValue.EMPTY_JSON_OBJECT, Map.of());
    }

    Map<String, String> headers(String version, Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        headers.put(Wire.VERSION, version);
        headers.put("Mcp-Method", method);
        if (NAMED_BY.containsKey(method) && params.get(NAMED_BY.get(method)) instanceof JsonString name) {
            headers.put("Mcp-Name", wrapped(name.getString()));
        }
        mirrored.forEach((name, value) -> headers.put("Mcp-Param-" + name, wrapped(value)));
        return headers;
    }

    JsonObject params(String version, JsonObject clientInfo) {
        JsonObjectBuilder meta = params.get(META) instanceof JsonObject given ? Json.object(given) : Json.object();
        return Json.object(params).add(META, meta
                        .add(PREFIX + "protocolVersion", version)
                        .add(PREFIX + "clientInfo", clientInfo)
                        .add(PREFIX + "clientCapabilities", capabilities))
                .build();
    }

    /** What does not fit in a header goes as base64 (2026-07-28, Streamable HTTP, Request Headers). */
    private static String wrapped(String value) {
        boolean plain = value.chars().allMatch(c -> c >= 0x20 && c < 0x7f) && value.equals(value.strip())
                && !value.startsWith("=?base64?");
        return plain ? value : "=?base64?" + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + "?=";
    }
}
