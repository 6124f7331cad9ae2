package io.mcpsession.handler;

import java.util.List;
import java.util.stream.Stream;

/** What a server offers. Lists keep their order. */
public record Offering(List<Tool> tools, List<Resource> resources, List<ResourceTemplate> templates,
                       List<Prompt> prompts) {

    public Offering {
        tools = List.copyOf(tools);
        resources = List.copyOf(resources);
        templates = List.copyOf(templates);
        prompts = List.copyOf(prompts);
    }

    public static Offering ofTools(List<Tool> tools) {
        return new Offering(tools, List.of(), List.of(), List.of());
    }

    /** This and another. */
    public Offering and(Offering other) {
        return new Offering(both(tools, other.tools), both(resources, other.resources),
                both(templates, other.templates), both(prompts, other.prompts));
    }

    private static <T> List<T> both(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
