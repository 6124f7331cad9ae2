package io.mcpsession.upstream;

import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceTemplate;
import io.mcpsession.handler.Tool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Puts what several servers offer into one list: this server's own first, then the others in the order of the
 * configuration, so that every replica has the same. Of two tools or prompts with one name the first is offered. Of two
 * resources with one URI both are: two deployments of one server have the same URIs, and each its own contents.
 */
final class Merge {

    private final Owners tools = new Owners("tool");
    private final Owners resources = new Owners("resource");
    private final Owners templates = new Owners("resource template");
    private final Owners prompts = new Owners("prompt");
    private final Set<String> conflicts = new LinkedHashSet<>();
    private final Map<String, String> shared = new LinkedHashMap<>();
    private Offering all = new Offering(List.of(), List.of(), List.of(), List.of());

    /** @param owner as an error calls it */
    Merge add(String owner, Offering part) {
        resources.share(owner, part.resources(), (Resource resource) -> resource.description().uri());
        templates.share(owner, part.templates(), (ResourceTemplate it) -> it.description().uriTemplate());
        all = all.and(new Offering(
                tools.own(owner, part.tools(), (Tool tool) -> tool.description().name()),
                part.resources(), part.templates(),
                prompts.own(owner, part.prompts(), (Prompt prompt) -> prompt.description().name())));
        return this;
    }

    Offering all() {
        return all;
    }

    /** One sentence for each name that two have. */
    Set<String> conflicts() {
        return conflicts;
    }

    /** One sentence for each two owners of equal URIs, with an example, by what stays the same of it. */
    Map<String, String> shared() {
        return shared;
    }

    private final class Owners {

        private final String kind;
        private final Map<String, String> byName = new HashMap<>();

        Owners(String kind) {
            this.kind = kind;
        }

        <T> List<T> own(String owner, List<T> things, Function<T, String> name) {
            List<T> owned = new ArrayList<>();
            for (T thing : things) {
                String first = byName.putIfAbsent(name.apply(thing), owner);
                if (first == null) {
                    owned.add(thing);
                } else {
                    conflicts.add("the " + kind + " \"" + name.apply(thing) + "\" is offered by " + first + " and by "
                            + owner);
                }
            }
            return owned;
        }

        <T> void share(String owner, List<T> things, Function<T, String> name) {
            for (T thing : things) {
                String first = byName.putIfAbsent(name.apply(thing), owner);
                if (first != null) {
                    shared.putIfAbsent(kind + " " + first + " " + owner, first + " and " + owner + " offer " + kind
                            + "s of the same URI, such as \"" + name.apply(thing) + "\": each is listed once, and read from"
                            + " the first of them that has it");
                }
            }
        }
    }
}
