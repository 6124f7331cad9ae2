package io.mcpsession.mcp;

import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Tool;
import jakarta.json.JsonObject;

/** The four lists of one era. */
record Listings(Listing tools, Listing resources, Listing templates, Listing prompts) {

    /**
     * @param frame what every page of this era says beside its items
     */
    static Listings of(Offering offering, int pageSize, JsonObject frame) {
        return new Listings(
                new Listing("tools", offering.tools().stream()
                        .map(Tool::description).map(it -> it.json()).toList(), pageSize, frame),
                new Listing("resources", offering.resources().stream()
                        .map(Resource::description).map(it -> it.json()).toList(), pageSize, frame),
                new Listing("resourceTemplates", offering.templates().stream()
                        .map(ResourceTemplate::description).map(it -> it.json()).toList(), pageSize, frame),
                new Listing("prompts", offering.prompts().stream()
                        .map(Prompt::description).map(it -> it.json()).toList(), pageSize, frame));
    }
}
