package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** Rules of single pods: what the restricted pod security standard asks for, and good manners on a node. */
final class PodPolicies {

    private PodPolicies() {
    }

    static List<Policy> all() {
        return List.of(
                new Policy("no field is unknown to Kubernetes",
                        rendering -> rendering.resources().stream().flatMap(it -> UnknownFields.of(it).stream())),
                new Policy("the namespace enforces restricted pod security", PodPolicies::namespace),
                new Policy("pods are restricted", pods(PodPolicies::pod)),
                new Policy("containers are restricted", containers(PodPolicies::container)),
                new Policy("images are pinned", containers(PodPolicies::image)),
                new Policy("production takes the server by digest and holds no secret", PodPolicies::production),
                new Policy("resources are requested, and memory is limited to the request",
                        containers(PodPolicies::resources)),
                new Policy("there are three probes, and liveness is not readiness", containers(PodPolicies::probes)));
    }

    private static Policy.Rule pods(Function<Pods, Stream<String>> rule) {
        return rendering -> Pods.of(rendering).stream()
                .flatMap(pods -> rule.apply(pods).map(fault -> pods.name() + ": " + fault));
    }

    private static Policy.Rule containers(BiFunction<Pods, Container, Stream<String>> rule) {
        return pods(pods -> pods.containers().stream().flatMap(container -> rule.apply(pods, container)
                .map(fault -> container.getName() + ": " + fault)));
    }

    private static Stream<String> unless(boolean kept, String fault) {
        return kept ? Stream.empty() : Stream.of(fault);
    }

    private static Stream<String> namespace(Rendering rendering) {
        return unless(rendering.all(Namespace.class).anyMatch(it -> "restricted".equals(
                it.getMetadata().getLabels().get("pod-security.kubernetes.io/enforce"))), "no restricted namespace");
    }

    private static Stream<String> pod(Pods pods) {
        PodSecurityContext context = Objects.requireNonNullElseGet(pods.spec().getSecurityContext(),
                PodSecurityContext::new);
        return Stream.of(
                unless(Boolean.TRUE.equals(context.getRunAsNonRoot()), "may run as root"),
                unless(context.getRunAsUser() != null && context.getRunAsUser() >= 10_000, "low or no uid"),
                unless(context.getFsGroup() != null, "no fsGroup"),
                unless(context.getSeccompProfile() != null
                        && "RuntimeDefault".equals(context.getSeccompProfile().getType()), "no seccomp profile"),
                unless(Boolean.FALSE.equals(pods.spec().getAutomountServiceAccountToken()), "mounts a token"),
                unless(Boolean.FALSE.equals(pods.spec().getEnableServiceLinks()), "takes service links"),
                unless(pods.spec().getVolumes().stream().noneMatch(volume -> volume.getHostPath() != null),
                        "mounts the host")).flatMap(Function.identity());
    }

    private static Stream<String> container(Pods pods, Container container) {
        SecurityContext context = Objects.requireNonNullElseGet(container.getSecurityContext(), SecurityContext::new);
        return Stream.of(
                unless(Boolean.FALSE.equals(context.getAllowPrivilegeEscalation()), "may gain privileges"),
                unless(Boolean.TRUE.equals(context.getReadOnlyRootFilesystem()), "root file system can be written"),
                unless(!Boolean.TRUE.equals(context.getPrivileged()), "is privileged"),
                unless(context.getCapabilities() != null
                        && List.of("ALL").equals(context.getCapabilities().getDrop())
                        && context.getCapabilities().getAdd().isEmpty(), "keeps capabilities"))
                .flatMap(Function.identity());
    }

    private static Stream<String> image(Pods pods, Container container) {
        String image = String.valueOf(container.getImage());
        return unless(image.matches("\\S+(:[\\w.-]+|@sha256:[0-9a-f]{64})") && !image.endsWith(":latest"),
                "image " + image + " is not pinned");
    }

    private static Stream<String> production(Rendering rendering) {
        return rendering.production()
                ? Stream.concat(
                        rendering.all(Secret.class).map(it -> "holds the secret " + it.getMetadata().getName()),
                        Pods.of(rendering).stream().flatMap(pods -> pods.containers().stream())
                                .filter(container -> !container.getImage().contains("@sha256:"))
                                .map(container -> container.getName() + " is not taken by digest"))
                : Stream.empty();
    }

    private static Stream<String> resources(Pods pods, Container container) {
        if (container.getResources() == null) {
            return Stream.of("no resources");
        }
        Map<String, Quantity> requests = container.getResources().getRequests();
        Map<String, Quantity> limits = container.getResources().getLimits();
        return Stream.of(
                unless(requests.containsKey("cpu") && requests.containsKey("memory"), "requests not both"),
                unless(requests.containsKey("memory") && requests.get("memory").equals(limits.get("memory")),
                        "memory limit differs from request"),
                unless(!limits.containsKey("cpu"), "has a CPU limit")).flatMap(Function.identity());
    }

    private static Stream<String> probes(Pods pods, Container container) {
        if (pods.end()) {
            return Stream.empty();
        }
        return Stream.of(
                probe(container, "startup", container.getStartupProbe()),
                probe(container, "readiness", container.getReadinessProbe()),
                probe(container, "liveness", container.getLivenessProbe()),
                unless(container.getLivenessProbe() == null || container.getLivenessProbe().getHttpGet() == null
                        || container.getLivenessProbe().getHttpGet().getPath().equals("/health/live"),
                        "liveness asks for more than life")).flatMap(Function.identity());
    }

    private static Stream<String> probe(Container container, String name, Probe probe) {
        if (probe == null) {
            return Stream.of("no " + name + " probe");
        }
        Object port = probe.getHttpGet() != null ? probe.getHttpGet().getPort().getValue()
                : probe.getTcpSocket() != null ? probe.getTcpSocket().getPort().getValue() : "none";
        return unless(container.getPorts().stream().anyMatch(it -> port.equals(it.getName())),
                name + " probe asks port " + port);
    }
}
