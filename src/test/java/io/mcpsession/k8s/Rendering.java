package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What {@code kubectl kustomize} makes of a folder below {@code k8s/}: as rendered beforehand where the system property
 * {@code k8s.rendered} says, else by the kubectl of this machine.
 *
 * @param name      of the folder
 * @param resources parsed to the types of the Kubernetes API
 */
record Rendering(String name, List<HasMetadata> resources) {

    static final List<String> OVERLAYS = List.of("overlays/dev", "overlays/cluster", "overlays/production");
    static final List<String> EXAMPLES = List.of("examples/ingress", "examples/cert-manager");

    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    private static final Pattern DOCUMENTS = Pattern.compile("^---$", Pattern.MULTILINE);
    private static final ConcurrentHashMap<String, String> TEXTS = new ConcurrentHashMap<>();
    /** Of hundreds of documents nearly all are the same. */
    private static final ConcurrentHashMap<String, HasMetadata> PARSED = new ConcurrentHashMap<>();

    static Rendering of(String folder) {
        return parse(folder, text(folder));
    }

    static Rendering parse(String folder, String text) {
        return new Rendering(folder, DOCUMENTS.splitAsStream(text)
                .filter(document -> !document.isBlank())
                .map(document -> PARSED.computeIfAbsent(document, YAML::<HasMetadata>unmarshal))
                .toList());
    }

    static String text(String folder) {
        return TEXTS.computeIfAbsent(folder, Rendering::rendered);
    }

    private static String rendered(String folder) {
        try {
            String before = System.getProperty("k8s.rendered", "");
            return before.isEmpty() ? kustomized(folder)
                    : Files.readString(Path.of(before, folder.replace('/', '-') + ".yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kustomized(String folder) throws IOException {
        Assumptions.assumeTrue(onPath("kubectl"),
                "there is no kubectl here: rendered manifests are checked by .ci/slow/20-kubernetes");
        Process kubectl = new ProcessBuilder("kubectl", "kustomize", "k8s/" + folder).start();
        String text = new String(kubectl.getInputStream().readAllBytes());
        String error = new String(kubectl.getErrorStream().readAllBytes());
        if (kubectl.onExit().join().exitValue() != 0) {
            throw new AssertionError(folder + ": " + error);
        }
        return text;
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    <T extends HasMetadata> Stream<T> all(Class<T> type) {
        return resources.stream().filter(type::isInstance).map(type::cast);
    }

    <T extends HasMetadata> boolean has(Class<T> type, String name) {
        return all(type).anyMatch(resource -> resource.getMetadata().getName().equals(name));
    }

    boolean production() {
        return name.equals("overlays/production");
    }

    @Override
    public String toString() {
        return name;
    }
}
