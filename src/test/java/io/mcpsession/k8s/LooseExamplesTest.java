package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static java.util.stream.Collectors.toSet;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

/**
 * Examples that no kustomization holds, because they go into somebody else's configuration. Of kinds that no model here
 * knows only so much is known: they are YAML, and what they name of this project is there.
 */
class LooseExamplesTest {

    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    private static final Pattern DOCUMENTS = Pattern.compile("^---$", Pattern.MULTILINE);
    private static final Path EXAMPLES = Path.of("k8s/examples");
    /** What overlays/production names. */
    private static final String NAMESPACE = "mcp-session";
    private static final Pattern HOST = Pattern.compile("(mcp-[a-z-]+)\\.([a-z-]+)\\.svc(\\.cluster\\.local)?");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            return files.filter(file -> file.toString().endsWith(".yaml") && !held(file)).sorted().toList();
        }
    }

    private static boolean held(Path file) {
        Path kustomization = file.resolveSibling("kustomization.yaml");
        return file.equals(kustomization)
                || Files.exists(kustomization) && text(kustomization).contains("- " + file.getFileName() + "\n");
    }

    @Test
    void theseAreLoose() throws IOException {
        assertThat(files().stream().map(file -> EXAMPLES.relativize(file).toString()).toList(), contains(
                "cert-manager/server-tls.yaml", "ext-authz/envoy-gateway.yaml", "ext-authz/envoy.yaml",
                "ext-authz/istio.yaml"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void whatIsNamedIsThere(Path file) {
        assertThat(faults(text(file)), is(empty()));
    }

    @ParameterizedTest
    @CsvSource({
            "ext-authz/envoy.yaml,mcp-session-grpc.mcp-session,mcp-session-server-internal.mcp-session,"
                    + "no service mcp-session-server-internal in mcp-session",
            "ext-authz/istio.yaml,authz.mcp-session.svc,authz.mcp.svc,no service mcp-session-authz in mcp",
            "ext-authz/istio.yaml,targetPort,portTarget,Service/mcp-session-authz.spec.ports[0].portTarget",
            "ext-authz/envoy-gateway.yaml,name: mcp-session-grpc,name: mcp-sessions,"
                    + "no service mcp-sessions in mcp-session",
            "cert-manager/server-tls.yaml,mountPath,pathMount,"
                    + "Deployment/mcp-session-server.spec.template.spec.containers[0].volumeMounts[0].pathMount",
            "cert-manager/server-tls.yaml,name: mcp-session-server,name: mcp-server,nothing in base is mcp-server"})
    void aMistakeIsFound(String file, String correct, String wrong, String fault) {
        String text = text(EXAMPLES.resolve(file));

        assertThat(text.contains(correct), is(true));
        assertThat(faults(text.replace(correct, wrong)), hasItem(fault));
    }

    private static List<String> faults(String text) {
        List<String> faults = new ArrayList<>();
        Set<String> services = Stream.concat(base().stream(), known(text).stream())
                .filter(Service.class::isInstance).map(it -> it.getMetadata().getName()).collect(toSet());
        DOCUMENTS.splitAsStream(text).filter(document -> !document.isBlank()).forEach(document ->
                look(YAML.unmarshal(document, Map.class), NAMESPACE, services, faults));
        known(text).forEach(resource -> faults.addAll(UnknownFields.of(resource)));
        // Without a selector it is a patch, of something that base has.
        known(text).stream().filter(it -> !(it instanceof Service service) || service.getSpec().getSelector().isEmpty())
                .map(it -> it.getMetadata().getName())
                .filter(name -> base().stream().noneMatch(it -> it.getMetadata().getName().equals(name)))
                .forEach(name -> faults.add("nothing in base is " + name));
        return faults;
    }

    /** All that says where a service is: host names, and references with a name and a namespace. */
    private static void look(Object value, String namespace, Set<String> services, List<String> faults) {
        switch (value) {
            case Map<?, ?> entries -> {
                if (entries.containsKey("name") && ("Service".equals(entries.get("kind"))
                        || entries.containsKey("port") && entries.containsKey("namespace"))) {
                    missing((String) entries.get("name"), entries.containsKey("namespace")
                            ? (String) entries.get("namespace") : namespace, services, faults);
                }
                String own = entries.get("metadata") instanceof Map<?, ?> metadata && metadata.containsKey("namespace")
                        ? (String) metadata.get("namespace") : namespace;
                entries.values().forEach(item -> look(item, own, services, faults));
            }
            case Collection<?> items -> items.forEach(item -> look(item, namespace, services, faults));
            case String text -> HOST.matcher(text).results()
                    .forEach(host -> missing(host.group(1), host.group(2), services, faults));
            case null, default -> { }
        }
    }

    private static void missing(String name, String namespace, Set<String> services, List<String> faults) {
        if (!services.contains(name) || !namespace.equals(NAMESPACE)) {
            faults.add("no service " + name + " in " + namespace);
        }
    }

    /** The resources of kinds that Kubernetes itself has. */
    private static List<HasMetadata> known(String text) {
        return DOCUMENTS.splitAsStream(text)
                .filter(document -> document.lines().anyMatch(line -> line.matches("apiVersion: (apps/)?v1")))
                .map(YAML::<HasMetadata>unmarshal)
                .filter(it -> !(it instanceof GenericKubernetesResource))
                .toList();
    }

    private static List<HasMetadata> base() {
        return Stream.of("service.yaml", "service-grpc.yaml", "deployment.yaml")
                .map(name -> YAML.<HasMetadata>unmarshal(text(Path.of("k8s/base", name)))).toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
