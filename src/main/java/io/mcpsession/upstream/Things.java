package io.mcpsession.upstream;

import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Tool;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.schema.RevisionSchema;
import io.mcpsession.mcp.schema.RevisionSchema.Fitted;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Makes handlers of what a server offers, and leaves out what it may not or cannot offer here. */
final class Things {

    private static final int LONGEST_NAME = 128;
    /** Longer ones, and more variables, only make it slow to find the template of a URI, for everybody. */
    private static final int LONGEST_TEMPLATE = 1000;
    private static final int MOST_VARIABLES = 16;

    private final UpstreamConfig config;
    private final Forwarding forwarding;
    private final Results results;
    private final UpstreamSubscriptions subscriptions;
    private final WarnOnce warnings;
    /** What was made of which lists: other servers' changes ask for it again. */
    private Made made = new Made(Lists.EMPTY, new Offering(List.of(), List.of(), List.of(), List.of()), 0);

    /**
     * @param warnings told what is left out, and why
     */
    Things(UpstreamConfig config, Forwarding forwarding, UpstreamSubscriptions subscriptions, WarnOnce warnings) {
        this.config = config;
        this.forwarding = forwarding;
        this.results = new Results(config.name(), warnings);
        this.subscriptions = subscriptions;
        this.warnings = warnings;
    }

    synchronized Offering of(Lists lists) {
        if (made.lists() != lists) {
            made = make(lists);
        }
        return made.offering();
    }

    /** How many things it offers that are not offered here, but for those that it may not. */
    synchronized int leftOut() {
        return made.leftOut();
    }

    private Made make(Lists lists) {
        Maker<Tool> tools = new Maker<>("tool", "name", RevisionSchema::tool, this::tool);
        Maker<Resource> resources = new Maker<>("resource", "uri", RevisionSchema::resource,
                this::resource);
        Maker<ResourceTemplate> templates = new Maker<>("resource template", "uriTemplate", RevisionSchema::template,
                this::template);
        Maker<Prompt> prompts = new Maker<>("prompt", "name", RevisionSchema::prompt,
                json -> Optional.of(new UpstreamPrompt(forwarding, results, json, config.prefix())));
        Offering offering = new Offering(tools.all(lists.tools()), resources.all(lists.resources()),
                templates.all(lists.templates()), prompts.all(lists.prompts()));
        return new Made(lists, offering, tools.leftOut + resources.leftOut + templates.leftOut + prompts.leftOut);
    }

    private Optional<Tool> tool(JsonObject json) {
        String name = json.getString("name");
        if (name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("its name is longer than " + LONGEST_NAME);
        }
        if (!config.offersTool(name)) {
            return Optional.empty();
        }
        if (json.get("execution") instanceof JsonObject execution
                && execution.getString("taskSupport", "").equals("required")) {
            throw new IllegalArgumentException("it runs as a task only, which this server does not pass on");
        }
        return Optional.of(new UpstreamTool(forwarding, results, json, config.prefix()));
    }

    private Optional<Resource> resource(JsonObject json) {
        if (json.getString("uri").length() > Resource.LONGEST_URI) {
            throw new IllegalArgumentException("its URI is longer than " + Resource.LONGEST_URI);
        }
        return Optional.of(new UpstreamResource(forwarding, results, subscriptions, json));
    }

    private Optional<ResourceTemplate> template(JsonObject json) {
        String template = json.getString("uriTemplate");
        if (template.length() > LONGEST_TEMPLATE || template.chars().filter(c -> c == '{').count() > MOST_VARIABLES) {
            throw new IllegalArgumentException("a template has at most " + LONGEST_TEMPLATE + " characters and "
                    + MOST_VARIABLES + " variables");
        }
        return Optional.of(new UpstreamTemplate(forwarding, results, subscriptions, json));
    }

    private record Made(Lists lists, Offering offering, int leftOut) {
    }

    /** One kind of things. */
    private final class Maker<T> {

        private final String kind;
        private final String key;
        private final BiFunction<RevisionSchema, JsonObject, Fitted> fit;
        private final Function<JsonObject, Optional<T>> make;
        private final Set<String> names = new HashSet<>();
        private int leftOut;

        Maker(String kind, String key, BiFunction<RevisionSchema, JsonObject, Fitted> fit,
              Function<JsonObject, Optional<T>> make) {
            this.kind = kind;
            this.key = key;
            this.fit = fit;
            this.make = make;
        }

        List<T> all(List<JsonObject> items) {
            List<T> all = new ArrayList<>();
            for (JsonObject item : items) {
                String name = item.get(key) instanceof JsonString text ? text.getString() : "";
                try {
                    described(name, item).flatMap(make).ifPresent(thing -> add(all, name, thing));
                } catch (IllegalArgumentException e) {
                    leaveOut(name, e.getMessage());
                }
            }
            return all;
        }

        private void add(List<T> all, String name, T thing) {
            if (names.add(name)) {
                all.add(thing);
            } else {
                leaveOut(name, "it is listed twice; the first is offered");
            }
        }

        private Optional<JsonObject> described(String name, JsonObject item) {
            Fitted described = fit.apply(RevisionSchema.ofStateless(), item);
            if (described.value().isEmpty()) {
                leaveOut(name, String.join(", ", described.findings()));
                return Optional.empty();
            }
            say(name, "", described.findings());
            Fitted older = fit.apply(RevisionSchema.ofSessions(), described.value().get());
            say(name, " for clients with sessions", older.findings());
            return described.value();
        }

        private void say(String name, String whom, List<String> findings) {
            if (!findings.isEmpty()) {
                warnings.warn("part of the " + kind + " \"" + RpcException.shown(name) + "\" is left out" + whom + ": "
                        + String.join(", ", findings));
            }
        }

        private void leaveOut(String name, String why) {
            leftOut++;
            warnings.warn("left out " + kind + " \"" + RpcException.shown(name) + "\": " + why);
        }
    }
}
