package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What runs pods, whichever kind it is.
 *
 * @param owner    the Deployment, StatefulSet or CronJob
 * @param selector its selector; a CronJob has none
 * @param template its pods
 */
record Pods(HasMetadata owner, Map<String, String> selector, PodTemplateSpec template) {

    static List<Pods> of(Rendering rendering) {
        return Stream.of(
                rendering.all(Deployment.class).map(it -> new Pods(it, it.getSpec().getSelector().getMatchLabels(),
                        it.getSpec().getTemplate())),
                rendering.all(StatefulSet.class).map(it -> new Pods(it, it.getSpec().getSelector().getMatchLabels(),
                        it.getSpec().getTemplate())),
                rendering.all(CronJob.class).map(it -> new Pods(it, Map.of(),
                        it.getSpec().getJobTemplate().getSpec().getTemplate())))
                .flatMap(pods -> pods).toList();
    }

    /** Those a selector chooses. */
    static List<Pods> selected(Rendering rendering, Map<String, String> selector) {
        return of(rendering).stream().filter(pods -> pods.carry(selector)).toList();
    }

    boolean carry(Map<String, String> selector) {
        return selector != null && template.getMetadata().getLabels().entrySet().containsAll(selector.entrySet());
    }

    /** Whether they end by themselves, so that nobody asks how they are. */
    boolean end() {
        return owner instanceof CronJob;
    }

    PodSpec spec() {
        return template.getSpec();
    }

    String name() {
        return owner.getKind() + "/" + owner.getMetadata().getName();
    }

    List<Container> containers() {
        return Stream.concat(spec().getInitContainers().stream(), spec().getContainers().stream()).toList();
    }

    /** The number of a named port. */
    Optional<Integer> port(String name) {
        return containers().stream().flatMap(container -> container.getPorts().stream())
                .filter(port -> name.equals(port.getName())).map(ContainerPort::getContainerPort).findFirst();
    }
}
