package io.mcpsession.upstream;

import jakarta.json.JsonObject;
import java.util.List;

/** What a server offers, as it says it. */
record Lists(List<JsonObject> tools, List<JsonObject> resources, List<JsonObject> templates, List<JsonObject> prompts) {

    static final Lists EMPTY = new Lists(List.of(), List.of(), List.of(), List.of());
}
