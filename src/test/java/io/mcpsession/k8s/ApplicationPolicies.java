package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.mcpsession.settings.Settings;
import io.mcpsession.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules between the manifests and the application: what it is told is what it understands. */
final class ApplicationPolicies {

    private static final String SERVER = "mcp-session-server";
    private static final Set<String> NOT_SETTINGS = Set.of("MCP_CONFIG_FILE");

    private ApplicationPolicies() {
    }

    static List<Policy> all() {
        return List.of(
                new Policy("the application takes its configuration", ApplicationPolicies::takesIt),
                new Policy("every key and variable is one the application knows", ApplicationPolicies::known),
                new Policy("files that the application reads are mounted", ApplicationPolicies::files),
                new Policy("ports are those the application listens on", ApplicationPolicies::ports),
                new Policy("a drain fits into the grace period", ApplicationPolicies::drain),
                new Policy("versions are that of the project", ApplicationPolicies::version));
    }

    private static Stream<Pods> server(Rendering rendering) {
        return Pods.of(rendering).stream().filter(pods -> pods.owner().getMetadata().getName().equals(SERVER));
    }

    private static Stream<String> takesIt(Rendering rendering) {
        return server(rendering).flatMap(pods -> {
            try {
                Settings settings = settings(rendering, pods);
                return settings.redisMode() == Settings.RedisMode.EMBEDDED ? Stream.of("Redis is embedded")
                        : Stream.empty();
            } catch (SettingsException e) {
                return Stream.of(e.getMessage());
            }
        });
    }

    private static Stream<String> known(Rendering rendering) {
        Set<String> keys = keys(Config.just(ConfigSources.classpath("application.yaml")));
        Set<String> variables = keys.stream()
                .map(key -> key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'))
                .collect(Collectors.toCollection(HashSet::new));
        variables.addAll(NOT_SETTINGS);
        return server(rendering).flatMap(pods -> Stream.concat(
                keys(Config.just(ConfigSources.create(file(rendering, pods), MediaTypes.APPLICATION_X_YAML))).stream()
                        .filter(key -> !keys.contains(key)).map(key -> "no such key: " + key),
                environment(rendering, pods).keySet().stream().filter(name -> !variables.contains(name))
                        .map(name -> "no such variable: " + name)));
    }

    private static Set<String> keys(Config config) {
        return config.traverse().filter(Config::isLeaf).map(leaf -> leaf.key().toString()).collect(Collectors.toSet());
    }

    /** Files of Secrets alone: what is in a ConfigMap is looked for there. */
    private static Stream<String> files(Rendering rendering) {
        return server(rendering).flatMap(pods -> environment(rendering, pods).values().stream()
                .filter(value -> value.startsWith("/etc/") && !value.equals(configured(rendering, pods)))
                .filter(file -> !mounted(pods, Path.of(file)))
                .map(file -> "nothing is mounted at " + file));
    }

    private static String configured(Rendering rendering, Pods pods) {
        return environment(rendering, pods).get("MCP_CONFIG_FILE");
    }

    private static boolean mounted(Pods pods, Path file) {
        return pods.containers().getFirst().getVolumeMounts().stream()
                .filter(mount -> Path.of(mount.getMountPath()).equals(file.getParent()))
                .flatMap(mount -> pods.spec().getVolumes().stream()
                        .filter(volume -> volume.getName().equals(mount.getName()) && volume.getSecret() != null))
                .flatMap(volume -> volume.getSecret().getItems().stream())
                .anyMatch(item -> item.getPath().equals(file.getFileName().toString()));
    }

    private static Stream<String> ports(Rendering rendering) {
        return server(rendering).flatMap(pods -> {
            Settings settings = settings(rendering, pods);
            Map<String, Integer> listened = new HashMap<>(Map.of("grpc", settings.server().get("port").asInt().get()));
            settings.server().get("sockets").asNodeList().get().forEach(socket -> listened.put(
                    socket.get("name").asString().get().equals("mcp") ? "http" : socket.get("name").asString().get(),
                    socket.get("port").asInt().get()));
            return listened.entrySet().stream()
                    .filter(it -> !it.getValue().equals(pods.port(it.getKey()).orElse(0)))
                    .map(it -> "port " + it.getKey() + " is not " + it.getValue());
        });
    }

    /** Delay, patience for calls, twice the grace period of each listener in turn, a second for Redis. */
    private static Stream<String> drain(Rendering rendering) {
        return server(rendering).flatMap(pods -> {
            Settings settings = settings(rendering, pods);
            Duration grace = Stream.concat(Stream.of(settings.server()),
                            settings.server().get("sockets").asNodeList().get().stream())
                    .map(listener -> listener.get("shutdown-grace-period").as(Duration.class).get())
                    .reduce(Duration.ZERO, Duration::plus);
            Duration most = settings.drain().delay().plus(settings.drain().timeout()).plus(grace.multipliedBy(2))
                    .plusSeconds(1);
            Duration given = Duration.ofSeconds(pods.spec().getTerminationGracePeriodSeconds());
            return Stream.concat(
                    most.compareTo(given) < 0 ? Stream.empty() : Stream.of("a drain may take " + most + " of " + given),
                    settings.drain().delay().isZero() ? Stream.of("balancers get no time to notice") : Stream.empty());
        });
    }

    private static Stream<String> version(Rendering rendering) {
        String version = project();
        return server(rendering).flatMap(pods -> Stream.concat(
                Stream.of(pods.template().getMetadata().getLabels().get("app.kubernetes.io/version"))
                        .filter(label -> !version.equals(label)).map(label -> "labelled " + label),
                pods.containers().stream().map(Container::getImage)
                        .filter(image -> !image.contains("@") && !image.endsWith(":" + version))
                        .map(image -> "image " + image))).map(fault -> fault + ", but this is " + version);
    }

    private static String project() {
        try (Stream<String> lines = Files.lines(Path.of("pom.xml"))) {
            return lines.filter(line -> line.startsWith("  <version>")).findFirst().orElseThrow()
                    .replaceAll(".*<version>|</version>.*", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the pod would read them. */
    static Settings settings(Rendering rendering, Pods pods) {
        try {
            Path file = Files.createTempFile("application", ".yaml");
            try {
                Files.writeString(file, file(rendering, pods));
                Map<String, String> environment = new HashMap<>(environment(rendering, pods));
                environment.put("MCP_CONFIG_FILE", file.toString());
                environment.put("KUBERNETES_SERVICE_HOST", "10.0.0.1");
                return Settings.load(environment);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file that MCP_CONFIG_FILE names, from the ConfigMap that is mounted there. */
    private static String file(Rendering rendering, Pods pods) {
        Path path = Path.of(environment(rendering, pods).get("MCP_CONFIG_FILE"));
        Container container = pods.containers().getFirst();
        return container.getVolumeMounts().stream()
                .filter(mount -> Path.of(mount.getMountPath()).equals(path.getParent()))
                .flatMap(mount -> pods.spec().getVolumes().stream()
                        .filter(volume -> volume.getName().equals(mount.getName()) && volume.getConfigMap() != null))
                .flatMap(volume -> configMap(rendering, volume.getConfigMap().getName()))
                .map(data -> data.get(path.getFileName().toString()))
                .findFirst().orElseThrow(() -> new SettingsMissing(path));
    }

    private static final class SettingsMissing extends RuntimeException {

        SettingsMissing(Path path) {
            super("nothing is mounted at " + path);
        }
    }

    private static Stream<Map<String, String>> configMap(Rendering rendering, String name) {
        return rendering.all(ConfigMap.class).filter(it -> it.getMetadata().getName().equals(name))
                .map(ConfigMap::getData);
    }

    /** Secrets are not known here; something stands in for those that must be there. */
    private static Map<String, String> environment(Rendering rendering, Pods pods) {
        Container container = pods.containers().getFirst();
        Map<String, String> environment = new HashMap<>();
        container.getEnvFrom().forEach(source ->
                configMap(rendering, source.getConfigMapRef().getName()).forEach(environment::putAll));
        container.getEnv().stream().filter(variable -> !optional(variable)).forEach(variable ->
                environment.put(variable.getName(), variable.getValue() == null ? "stand-in" : variable.getValue()));
        return environment;
    }

    private static boolean optional(EnvVar variable) {
        return variable.getValueFrom() != null && variable.getValueFrom().getSecretKeyRef() != null
                && Boolean.TRUE.equals(variable.getValueFrom().getSecretKeyRef().getOptional());
    }
}
