package io.mcpsession.mcp;

import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Tool;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import java.util.List;

/** The four lists of one era. */
record Listings(Listing tools, Listing resources, Listing templates, Listing prompts) {

    /**
     * @param frame what every page of this era says beside its items
     */
    static Listings of(Catalogue catalogue, int pageSize, JsonObject common) {
        Offering offering = catalogue.offering();
        JsonObject frame = marked(common, catalogue.standing().stale());
        return new Listings(
                new Listing("tools", offering.tools().stream()
                        .map(Tool::json).toList(), pageSize, frame),
                new Listing("resources", offering.resources().stream()
                        .map(Resource::json).toList(), pageSize, frame),
                new Listing("resourceTemplates", offering.templates().stream()
                        .map(ResourceTemplate::json).toList(), pageSize, frame),
                new Listing("prompts", offering.prompts().stream()
                        .map(Prompt::json).toList(), pageSize, frame));
    }

    /** Whoever reads the lists can tell that servers behind this one are away. */
    private static JsonObject marked(JsonObject frame, List<String> stale) {
        return stale.isEmpty() ? frame : Json.object(frame)
                .add(Meta.META, Json.object(Meta.of(frame)).add(Meta.STALE, Json.strings(stale)))
                .build();
    }
}
