package io.mcpsession.conformance;

import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** Everything the suite wants to find, and some more for our own tests. */
public final class ConformanceOffering {

    private ConformanceOffering() {
    }

    public static Offering of(Changes changes) {
        List<Tool> tools = Stream.of(ConformanceTools.all(), StreamingTools.all(), AskingTools.all(),
                MultiRoundTools.all(), ChangingTools.all(changes), FailingTools.all())
                .flatMap(Collection::stream).toList();
        return new Offering(tools, ConformanceResources.all(), ConformanceResources.templates(),
                ConformancePrompts.all());
    }
}
