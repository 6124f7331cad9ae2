package io.mcpsession.mcp;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.handler.Tool;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the server offers, by name. */
public final class Catalogue {

    private final Offering offering;
    private final Standing standing;
    private final Map<String, Tool> tools;
    private final Map<String, List<Resource>> resources;
    private final Map<String, Prompt> prompts;
    private final List<TemplateEntry> templates;

    /**
     * @throws IllegalArgumentException when two tools or prompts have one name
     */
    public Catalogue(Offering offering) {
        this(offering, Standing.FIXED);
    }

    /**
     * @param offering several resources or templates may be named alike: a client that names one means any
     * @throws IllegalArgumentException when two tools or prompts have one name
     */
    public Catalogue(Offering offering, Standing standing) {
        this.offering = offering;
        this.standing = standing;
        this.tools = byName("tools", offering.tools(), tool -> tool.description().name());
        this.resources = offering.resources().stream().collect(Collectors.groupingBy(
                resource -> resource.description().uri(), LinkedHashMap::new, Collectors.toList()));
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

    /** Of several with one URI the first. */
    Optional<Resource> resource(String uri) {
        return resources.getOrDefault(uri, List.of()).stream().findFirst();
    }

    /** Each URI once. */
    List<Resource> resources() {
        return resources.values().stream().map(List::getFirst).toList();
    }

    /** Each URI template once. */
    List<ResourceTemplate> templates() {
        Set<String> seen = new HashSet<>();
        return offering.templates().stream().filter(it -> seen.add(it.description().uriTemplate())).toList();
    }

    /**
     * All that a URI may mean, in the order to try them: the resources of that URI, then the templates that it fits.
     */
    List<ReadableResource> readable(String uri) {
        Stream<ReadableResource> exact = resources.getOrDefault(uri, List.of()).stream().map(resource ->
                new ReadableResource(resource::read, resource.passesRoundsOn(), resource::watched,
                        resource::subscribe, resource::unsubscribe));
        return Stream.concat(exact, matching(uri).map(it -> of(it, uri))).toList();
    }

    private static ReadableResource of(MatchedTemplate matched, String uri) {
        ResourceTemplate template = matched.template();
        return new ReadableResource(call -> template.read(call, uri, matched.variables()), template.passesRoundsOn(),
                subscriber -> template.watched(uri, subscriber),
                call -> template.subscribe(call, uri), call -> template.unsubscribe(call, uri));
    }

    Optional<Prompt> prompt(String name) {
        return Optional.ofNullable(prompts.get(name));
    }

    private Stream<MatchedTemplate> matching(String uri) {
        return templates.stream().flatMap(entry -> entry.matcher().match(uri)
                .map(variables -> new MatchedTemplate(entry.template(), variables)).stream());
    }

    Optional<ResourceTemplate> templateNamed(String uriTemplate) {
        return offering.templates().stream()
                .filter(template -> template.description().uriTemplate().equals(uriTemplate))
                .findFirst();
    }

    /**
     * How much a catalogue is to be relied on.
     *
     * @param growing      whether things of any kind may come that are not there yet
     * @param stale        names of the servers whose part is the last one known; they cannot be reached
     * @param instructions what servers behind this one say of how to use them
     */
    public record Standing(boolean growing, List<String> stale, List<String> instructions) {

        static final Standing FIXED = new Standing(false, List.of(), List.of());

        public Standing {
            stale = List.copyOf(stale);
            instructions = List.copyOf(instructions);
        }
    }

    /**
     * One thing that a URI may mean.
     *
     * @param passesRoundsOn see {@link ResourceTemplate#passesRoundsOn}
     * @param watched told that somebody wants to hear of it; says whether it will tell
     */
    record ReadableResource(Function<Call, List<ResourceContents>> read, boolean passesRoundsOn,
                            Predicate<Subscriber> watched,
                            Consumer<Call> subscribe, Consumer<Call> unsubscribe) {
    }

    private record MatchedTemplate(ResourceTemplate template, Map<String, String> variables) {
    }

    private record TemplateEntry(UriTemplate matcher, ResourceTemplate template) {
    }
}
