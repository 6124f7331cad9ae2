package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Rules between manifests: names, labels and ports that must meet. */
final class WiringPolicies {

    /** What the README tells to make before the first apply. */
    private static final Set<String> MADE_BY_HAND = Set.of("mcp-session-redis", "mcp-session-keys");

    private WiringPolicies() {
    }

    static List<Policy> all() {
        return List.of(
                new Policy("selectors choose pods", WiringPolicies::selectors),
                new Policy("services lead to ports of containers", WiringPolicies::services),
                new Policy("what scales by itself has no fixed number of replicas", WiringPolicies::scaling),
                new Policy("whatever is referred to is there", WiringPolicies::references),
                new Policy("network policies name ports of their pods", WiringPolicies::networkPolicies),
                new Policy("routes lead to services and leave streams open", WiringPolicies::routes),
                new Policy("monitors find a port", WiringPolicies::monitors),
                new Policy("alerts say how bad it is and what to do", WiringPolicies::alerts));
    }

    private static String name(HasMetadata resource) {
        return resource.getKind() + "/" + resource.getMetadata().getName();
    }

    private static Stream<String> selectors(Rendering rendering) {
        return Stream.of(
                Pods.of(rendering).stream().filter(pods -> !pods.carry(pods.selector())).map(Pods::name),
                rendering.all(PodDisruptionBudget.class)
                        .filter(it -> Pods.selected(rendering, it.getSpec().getSelector().getMatchLabels()).isEmpty())
                        .map(WiringPolicies::name),
                rendering.all(NetworkPolicy.class)
                        .filter(it -> Pods.selected(rendering, it.getSpec().getPodSelector().getMatchLabels())
                                .isEmpty())
                        .map(WiringPolicies::name),
                Pods.of(rendering).stream().flatMap(pods -> pods.spec().getTopologySpreadConstraints().stream()
                        .filter(it -> !pods.carry(it.getLabelSelector().getMatchLabels()))
                        .map(it -> pods.name() + " spread over " + it.getTopologyKey())))
                .flatMap(faults -> faults.map(fault -> fault + " selects nothing"));
    }

    private static Stream<String> services(Rendering rendering) {
        return rendering.all(Service.class).flatMap(service -> {
            List<Pods> pods = Pods.selected(rendering, service.getSpec().getSelector());
            return pods.isEmpty() ? Stream.of(name(service) + " selects nothing")
                    : service.getSpec().getPorts().stream()
                            .filter(port -> pods.getFirst().port(target(port)).isEmpty())
                            .map(port -> name(service) + " leads to port " + target(port));
        });
    }

    private static String target(ServicePort port) {
        return port.getTargetPort() == null ? "none" : String.valueOf(port.getTargetPort().getValue());
    }

    private static Stream<String> scaling(Rendering rendering) {
        return rendering.all(HorizontalPodAutoscaler.class).flatMap(it -> {
            List<Deployment> scaled = rendering.all(Deployment.class)
                    .filter(deployment -> deployment.getMetadata().getName()
                            .equals(it.getSpec().getScaleTargetRef().getName()))
                    .toList();
            return scaled.isEmpty() ? Stream.of(name(it) + " scales nothing")
                    : scaled.stream().filter(deployment -> deployment.getSpec().getReplicas() != null)
                            .map(deployment -> name(deployment) + " has replicas");
        });
    }

    private static Stream<String> references(Rendering rendering) {
        return Pods.of(rendering).stream().flatMap(pods -> Stream.of(
                configMaps(pods).filter(it -> !rendering.has(ConfigMap.class, it)).map(it -> "ConfigMap " + it),
                secrets(pods).filter(it -> !rendering.has(Secret.class, it) && !MADE_BY_HAND.contains(it))
                        .map(it -> "Secret " + it),
                Stream.ofNullable(pods.spec().getServiceAccountName())
                        .filter(it -> !rendering.has(ServiceAccount.class, it)).map(it -> "ServiceAccount " + it))
                .flatMap(missing -> missing.map(it -> pods.name() + " needs " + it)));
    }

    private static Stream<String> configMaps(Pods pods) {
        return Stream.concat(
                pods.spec().getVolumes().stream().filter(it -> it.getConfigMap() != null)
                        .map(it -> it.getConfigMap().getName()),
                pods.containers().stream().flatMap(container -> container.getEnvFrom().stream())
                        .filter(it -> it.getConfigMapRef() != null).map(it -> it.getConfigMapRef().getName()));
    }

    private static Stream<String> secrets(Pods pods) {
        return Stream.concat(
                pods.spec().getVolumes().stream().filter(it -> it.getSecret() != null)
                        .map(it -> it.getSecret().getSecretName()),
                pods.containers().stream().map(Container::getEnv).flatMap(List::stream)
                        .filter(it -> it.getValueFrom() != null && it.getValueFrom().getSecretKeyRef() != null)
                        .map(it -> it.getValueFrom().getSecretKeyRef().getName()));
    }

    private static Stream<String> networkPolicies(Rendering rendering) {
        return rendering.all(NetworkPolicy.class).flatMap(policy -> {
            List<Pods> pods = Pods.selected(rendering, policy.getSpec().getPodSelector().getMatchLabels());
            return policy.getSpec().getIngress().stream().flatMap(rule -> rule.getPorts().stream())
                    .map(NetworkPolicyPort::getPort).filter(Objects::nonNull)
                    .map(port -> String.valueOf(port.getValue()))
                    .filter(port -> pods.stream().noneMatch(it -> it.port(port).isPresent()))
                    .map(port -> name(policy) + " lets in to port " + port);
        });
    }

    private static Stream<String> routes(Rendering rendering) {
        Rendering services = rendering.has(Service.class, "mcp-session-server") ? rendering
                : Rendering.of("overlays/production");
        return Stream.concat(
                rendering.all(HTTPRoute.class).flatMap(route -> route.getSpec().getRules().stream()
                        .flatMap(rule -> Stream.concat(open(route, rule), rule.getBackendRefs().stream()
                                .filter(it -> !offers(services, it.getName(), String.valueOf(it.getPort())))
                                .map(it -> name(route) + " leads to " + it.getName() + " port " + it.getPort())))),
                rendering.all(Ingress.class).flatMap(ingress -> Stream.concat(
                        Stream.of("read", "send")
                                .map(it -> "nginx.ingress.kubernetes.io/proxy-" + it + "-timeout")
                                .filter(it -> Integer.parseInt(ingress.getMetadata().getAnnotations()
                                        .getOrDefault(it, "60")) < 3600)
                                .map(it -> name(ingress) + " cuts streams: " + it),
                        ingress.getSpec().getRules().stream().flatMap(rule -> rule.getHttp().getPaths().stream())
                                .map(path -> path.getBackend().getService())
                                .filter(it -> !offers(services, it.getName(), it.getPort().getName()))
                                .map(it -> name(ingress) + " leads to " + it.getName()))));
    }

    private static Stream<String> open(HTTPRoute route, HTTPRouteRule rule) {
        boolean streams = rule.getMatches().stream().anyMatch(it -> it.getPath().getValue().equals("/api/mcp"));
        boolean open = rule.getTimeouts() != null && "0s".equals(rule.getTimeouts().getRequest())
                && "0s".equals(rule.getTimeouts().getBackendRequest());
        return streams && !open ? Stream.of(name(route) + " cuts streams") : Stream.empty();
    }

    /** Whether a service offers a port, by number or name. */
    private static boolean offers(Rendering rendering, String service, String port) {
        return rendering.all(Service.class).filter(it -> it.getMetadata().getName().equals(service))
                .flatMap(it -> it.getSpec().getPorts().stream())
                .anyMatch(it -> port.equals(it.getName()) || port.equals(String.valueOf(it.getPort())));
    }

    private static Stream<String> monitors(Rendering rendering) {
        return rendering.all(ServiceMonitor.class).filter(monitor -> monitor.getSpec().getEndpoints().stream()
                .anyMatch(endpoint -> rendering.all(Service.class)
                        .filter(it -> it.getMetadata().getLabels().entrySet()
                                .containsAll(monitor.getSpec().getSelector().getMatchLabels().entrySet()))
                        .noneMatch(it -> it.getSpec().getPorts().stream()
                                .anyMatch(port -> port.getName().equals(endpoint.getPort())))))
                .map(it -> name(it) + " finds no port");
    }

    private static Stream<String> alerts(Rendering rendering) {
        return rendering.all(PrometheusRule.class).flatMap(rule -> rule.getSpec().getGroups().stream())
                .flatMap(group -> group.getRules().stream())
                .filter(alert -> !Set.of("warning", "critical").contains(alert.getLabels().get("severity"))
                        || !alert.getAnnotations().keySet().containsAll(Set.of("summary", "action")))
                .map(alert -> alert.getAlert() + " does not say enough");
    }
}
