package io.mcpsession.upstream;

import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Tool;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Makes handlers of what a server offers, and leaves out what it may not or cannot offer here. */
final class Things {

    private static final Logger LOG = System.getLogger(Things.class.getName());

    private static final int MOST_TOLD = 1000;

    private final UpstreamConfig config;
    private final Forwarding forwarding;
    private final Consumer<String> watch;
    /** What was logged already: lists are read again and again. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /**
     * @param watch told of resources that somebody wants to hear of
     */
    Things(UpstreamConfig config, Forwarding forwarding, Consumer<String> watch) {
        this.config = config;
        this.forwarding = forwarding;
        this.watch = watch;
    }

    Offering of(Lists lists) {
        List<Tool> tools = made(lists.tools(), "tool", "name", this::tool);
        List<Resource> resources = made(lists.resources(), "resource", "uri",
                json -> Optional.of(new UpstreamResource(forwarding, watch, json)));
        List<ResourceTemplate> templates = made(lists.templates(), "resource template", "uriTemplate",
                json -> Optional.of(new UpstreamTemplate(forwarding, watch, json)));
        List<Prompt> prompts = made(lists.prompts(), "prompt", "name",
                json -> Optional.of(new UpstreamPrompt(forwarding, json, config.prefix())));
        return new Offering(tools, resources, templates, prompts);
    }

    private Optional<Tool> tool(JsonObject json) {
        if (!config.offersTool(json.getString("name"))) {
            return Optional.empty();
        }
        if (json.get("execution") instanceof JsonObject execution
                && execution.getString("taskSupport", "").equals("required")) {
            throw new IllegalArgumentException("it runs as a task only, which this server does not pass on");
        }
        return Optional.of(new UpstreamTool(forwarding, json, config.prefix()));
    }

    private <T> List<T> made(List<JsonObject> items, String kind, String key,
                             Function<JsonObject, Optional<? extends T>> make) {
        return items.stream()
                .filter(json -> json.get(key) instanceof JsonString)
                .<T>mapMulti((json, next) -> {
                    try {
                        make.apply(json).ifPresent(next);
                    } catch (IllegalArgumentException | ClassCastException e) {
                        String what = "left out " + kind + " \"" + json.getString(key) + "\" of upstream "
                                + config.name() + ": " + e.getMessage();
                        if (told.size() < MOST_TOLD && told.add(what)) {
                            LOG.log(Level.WARNING, what);
                        }
                    }
                })
                .toList();
    }
}
