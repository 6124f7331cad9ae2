package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;

/** What the server says of itself. */
public record ServerInfo(String name, String title, String version, String instructions) {

    JsonObject json() {
        return Json.object().add("name", name).add("title", title).add("version", version).build();
    }
}
