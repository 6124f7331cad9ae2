package io.mcpsession.mcp;

import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Tool;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.mcp.schema.RevisionSchema;
import io.mcpsession.mcp.schema.RevisionSchema.Fitted;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/** The four lists of one era. */
record Listings(Listing tools, Listing resources, Listing templates, Listing prompts) {

    /**
     * @param schema what clients of this era can read: an item that they cannot would cost them the whole list
     * @param frame  what every page of this era says beside its items
     */
    static Listings of(Catalogue catalogue, RevisionSchema schema, int pageSize, JsonObject common) {
        Offering offering = catalogue.offering();
        JsonObject frame = marked(common, catalogue.standing().stale());
        return new Listings(
                new Listing("tools", fitting(offering.tools(), Tool::json, schema::tool), pageSize, frame),
                new Listing("resources", fitting(catalogue.resources(), Resource::json, schema::resource), pageSize, frame),
                new Listing("resourceTemplates", fitting(catalogue.templates(), ResourceTemplate::json, schema::template),
                        pageSize, frame),
                new Listing("prompts", fitting(offering.prompts(), Prompt::json, schema::prompt), pageSize, frame));
    }

    private static <T> List<JsonObject> fitting(List<T> items, Function<T, JsonObject> described,
                                                Function<JsonObject, Fitted> fit) {
        return items.stream().map(described).map(fit).flatMap(fitted -> fitted.value().stream()).toList();
    }

    /** Whoever reads the lists can tell that servers behind this one are away. */
    private static JsonObject marked(JsonObject frame, List<String> stale) {
        return stale.isEmpty() ? frame : Json.object(frame)
                .add(Meta.META, Json.object(Meta.of(frame)).add(Meta.STALE, Json.strings(stale)))
                .build();
    }
}
