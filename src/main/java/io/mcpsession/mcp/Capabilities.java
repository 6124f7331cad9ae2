package io.mcpsession.mcp;

import io.mcpsession.handler.Offering;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;

/** What the server announces: only what it honours. */
final class Capabilities {

    private static final JsonObject CHANGES = Json.object().add("listChanged", true).build();
    private static final JsonObject CHANGES_AND_UPDATES = Json.object(CHANGES).add("subscribe", true).build();

    private Capabilities() {
    }

    static JsonObject of(Catalogue catalogue) {
        Offering offering = catalogue.offering();
        boolean all = catalogue.standing().growing();
        JsonObjectBuilder capabilities = Json.object()
                .add("tools", CHANGES)
                .add("logging", JsonValue.EMPTY_JSON_OBJECT);
        if (all || !offering.resources().isEmpty() || !offering.templates().isEmpty()) {
            capabilities.add("resources", CHANGES_AND_UPDATES);
        }
        if (all || !offering.prompts().isEmpty()) {
            capabilities.add("prompts", CHANGES);
        }
        if (all || !offering.prompts().isEmpty() || !offering.templates().isEmpty()) {
            capabilities.add("completions", JsonValue.EMPTY_JSON_OBJECT);
        }
        return capabilities.build();
    }
}
