package io.mcpsession.mcp;

import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Tool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What the server offers, by name. */
public final class Catalogue {

    private final Offering offering;
    private final Standing standing;
    private final Map<String, Tool> tools;
    private final Map<String, Resource> resources;
    private final Map<String, Prompt> prompts;
    private final List<TemplateEntry> templates;

    /**
     * @throws IllegalArgumentException when two things have one name
     */
    public Catalogue(Offering offering) {
        this(offering, Standing.FIXED);
    }

    /**
     * @throws IllegalArgumentException when two things have one name
     */
    public Catalogue(Offering offering, Standing standing) {
        this.offering = offering;
        this.standing = standing;
        this.tools = byName("tools", offering.tools(), tool -> tool.description().name());
        this.resources = byName("resources", offering.resources(), resource -> resource.description().uri());
        this.prompts = byName("prompts", offering.prompts(), prompt -> prompt.description().name());
        this.templates = offering.templates().stream()
                .map(template -> new TemplateEntry(new UriTemplate(template.description().uriTemplate()), template))
                .toList();
    }

    private static <T> Map<String, T> byName(String kind, List<T> all, Function<T, String> name) {
        Map<String, T> map = new LinkedHashMap<>();
        for (T one : all) {
            if (map.put(name.apply(one), one) != null) {
                throw new IllegalArgumentException("two " + kind + " are named " + name.apply(one));
            }
        }
        return map;
    }

    Offering offering() {
        return offering;
    }

    Standing standing() {
        return standing;
    }

    Optional<Tool> tool(String name) {
        return Optional.ofNullable(tools.get(name));
    }

    Optional<Resource> resource(String uri) {
        return Optional.ofNullable(resources.get(uri));
    }

    Optional<Prompt> prompt(String name) {
        return Optional.ofNullable(prompts.get(name));
    }

    /** The first template a URI fits, with its variables. */
    Optional<MatchedTemplate> template(String uri) {
        return templates.stream()
                .flatMap(entry -> entry.matcher().match(uri)
                        .map(variables -> new MatchedTemplate(entry.template(), variables)).stream())
                .findFirst();
    }

    Optional<ResourceTemplate> templateNamed(String uriTemplate) {
        return offering.templates().stream()
                .filter(template -> template.description().uriTemplate().equals(uriTemplate))
                .findFirst();
    }

    /**
     * How much a catalogue is to be relied on.
     *
     * @param growing whether things of any kind may come that are not there yet
     * @param stale   names of the servers whose part is the last one known; they cannot be reached
     */
    public record Standing(boolean growing, List<String> stale) {

        static final Standing FIXED = new Standing(false, List.of());

        public Standing {
            stale = List.copyOf(stale);
        }
    }

    record MatchedTemplate(ResourceTemplate template, Map<String, String> variables) {
    }

    private record TemplateEntry(UriTemplate matcher, ResourceTemplate template) {
    }
}
