package io.mcpsession.k8s;

import java.util.List;
import java.util.stream.Stream;

/**
 * One rule that all manifests keep.
 *
 * @param name what it says, as a fact
 * @param rule finds what breaks it
 */
record Policy(String name, Rule rule) {

    @FunctionalInterface
    interface Rule {

        Stream<String> faults(Rendering rendering);
    }

    static List<Policy> all() {
        return Stream.of(PodPolicies.all(), WiringPolicies.all(), ApplicationPolicies.all()).flatMap(List::stream)
                .toList();
    }

    List<String> faults(Rendering rendering) {
        return rule.faults(rendering).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
