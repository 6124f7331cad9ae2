package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Every overlay keeps every policy; and every policy notices when it is broken. */
class ManifestsTest {

    static Stream<Arguments> overlaysAndPolicies() {
        return Rendering.OVERLAYS.stream().flatMap(overlay -> Policy.all().stream()
                .map(policy -> Arguments.of(overlay, policy)));
    }

    @ParameterizedTest
    @MethodSource("overlaysAndPolicies")
    void anOverlayKeepsAPolicy(String overlay, Policy policy) {
        assertThat(policy.faults(Rendering.of(overlay)), is(empty()));
    }

    static List<String> examples() {
        return Rendering.EXAMPLES;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsWhatKubernetesKnowsAndLeadsSomewhere(String example) {
        Rendering rendering = Rendering.of(example);

        assertThat(rendering.resources().stream().flatMap(it -> UnknownFields.of(it).stream()).toList(), is(empty()));
        assertThat(faults(rendering), not(hasItem(containsString("leads to"))));
        assertThat(faults(rendering), not(hasItem(containsString("cuts streams"))));
    }

    @Test
    void theOverlaysHoldEveryKindThatIsPromised() {
        List<String> kinds = Stream.concat(Rendering.OVERLAYS.stream(), Rendering.EXAMPLES.stream())
                .flatMap(folder -> Rendering.of(folder).resources().stream())
                .map(HasMetadata::getKind).distinct().sorted().toList();

        assertThat(kinds, is(List.of("Certificate", "ConfigMap", "CronJob", "Deployment", "HTTPRoute",
                "HorizontalPodAutoscaler", "Ingress", "Issuer", "Namespace", "NetworkPolicy", "PodDisruptionBudget",
                "PrometheusRule", "Secret", "Service", "ServiceAccount", "ServiceMonitor", "StatefulSet")));
    }

    /**
     * A mistake in a manifest.
     *
     * @param folder  where it is made
     * @param correct what stands there, as a regular expression
     * @param wrong   what somebody wrote instead
     * @param fault   part of what is found
     */
    private record Mistake(String folder, String correct, String wrong, String fault) {

        @Override
        public String toString() {
            return folder + " " + correct.strip() + " -> " + wrong.strip();
        }
    }

    private static Mistake dev(String correct, String wrong, String fault) {
        return new Mistake("overlays/dev", correct, wrong, fault);
    }

    private static Mistake production(String correct, String wrong, String fault) {
        return new Mistake("overlays/production", correct, wrong, fault);
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(
                // Names that Kubernetes does not know, one for each kind.
                dev("pod-security.kubernetes.io/enforce: restricted", "pod-security.kubernetes.io/enforce: baseline",
                        "no restricted namespace"),
                dev("automountServiceAccountToken: false\nkind", "automountServiceAccountTokens: false\nkind",
                        "ServiceAccount/mcp-session-server.automountServiceAccountTokens"),
                dev("minReadySeconds", "minReadySecs", "Deployment/mcp-session-server.spec.minReadySecs"),
                dev("periodSeconds: 10", "periodSecs: 10", "livenessProbe.periodSecs"),
                dev("clusterIP: None", "clusterIp: None", "Service/mcp-session-grpc.spec.clusterIp"),
                dev("volumeClaimTemplates", "volumeClaimsTemplates",
                        "StatefulSet/mcp-redis.spec.volumeClaimsTemplates"),
                dev("type: Opaque", "typo: Opaque", "typo"),
                dev("policyTypes:", "policyType:", "NetworkPolicy/mcp-redis.spec.policyType"),
                dev("kind: PodDisruptionBudget", "kind: PodDisruptionBudgets", "unknown kind"),
                dev("unhealthyPodEvictionPolicy", "unhealthyPodEviction",
                        "PodDisruptionBudget/mcp-session-server.spec"),
                dev("data:\n  application.yaml", "date:\n  application.yaml", "ConfigMap/mcp-session-config"),
                production("averageUtilization", "averageUtilisation",
                        "HorizontalPodAutoscaler/mcp-session-server.spec"),
                production("backendRequest", "backendRequests", "HTTPRoute/mcp-session-server.spec.rules"),
                production("endpoints:\n  - interval", "endpoints:\n  - intervall",
                        "ServiceMonitor/mcp-session-server"),
                production("alert: McpSessionSlow\n", "alarm: McpSessionSlow\n", "PrometheusRule/mcp-session-server"),
                new Mistake("examples/ingress", "ingressClassName", "ingressClass", "Ingress/mcp-session-server.spec"),
                new Mistake("examples/cert-manager", "renewBefore", "renewBefor", "Certificate/mcp-session"),
                new Mistake("examples/cert-manager", "selfSigned", "selfSign", "Issuer/mcp-session-selfsigned"),
                // Pods that may do too much, or take too much.
                dev("runAsNonRoot: true\n        runAsUser", "runAsNonRoot: false\n        runAsUser",
                        "may run as root"),
                dev("runAsUser: 65532", "runAsUser: 1000", "low or no uid"),
                dev("type: RuntimeDefault", "type: Unconfined", "no seccomp profile"),
                dev("automountServiceAccountToken: false\n      containers",
                        "automountServiceAccountToken: true\n      containers",
                        "mounts a token"),
                dev("enableServiceLinks: false", "enableServiceLinks: true", "takes service links"),
                dev("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "may gain privileges"),
                dev("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "root file system can be written"),
                dev("- ALL", "- NET_RAW", "keeps capabilities"),
                dev("image: valkey/valkey:8.1.1", "image: valkey/valkey:latest", "is not pinned"),
                dev("image: valkey/valkey:8.1.1", "image: valkey/valkey", "is not pinned"),
                production("@sha256:0{64}", ":0.1.0-SNAPSHOT", "is not taken by digest"),
                production("apiVersion: policy/v1\nkind: PodDisruptionBudget", "apiVersion: v1\nkind: Secret",
                        "holds the secret"),
                dev("limits:\n            memory: 384Mi", "limits:\n            memory: 512Mi", "memory limit differs"),
                dev("requests:\n            cpu: 250m", "requests:\n            gpu: 250m", "requests not both"),
                dev("limits:\n", "limits:\n            cpu: 1\n", "has a CPU limit"),
                dev("startupProbe", "terminationMessagePath: x\n        startupProbes", "no startup probe"),
                dev("/health/live", "/health/ready", "liveness asks for more than life"),
                dev("path: /health/live\n            port: admin", "path: /health/live\n            port: health",
                        "liveness probe asks port health"),
                // What does not meet.
                dev("targetPort: grpc", "targetPort: internal", "Service/mcp-session-grpc leads to port internal"),
                dev("name: grpc\n        - ", "name: grpcs\n        - ", "Service/mcp-session-grpc leads to port grpc"),
                dev("selector:\n    app.kubernetes.io/component: server",
                        "selector:\n    app.kubernetes.io/component: web",
                        "selects nothing"),
                dev("(?<=selector:\n    matchLabels:\n      app.kubernetes.io/component: )server"
                                + "(?=\n      app.kubernetes.io/name: mcp-session-server\n  unhealthy)", "web",
                        "PodDisruptionBudget/mcp-session-server selects nothing"),
                dev("name: mcp-session-config-\\w+\n  namespace", "name: mcp-session-settings\n  namespace",
                        "needs ConfigMap mcp-session-config"),
                dev("(?<=secretName: )mcp-session-redis-\\w+", "redis",
                        "needs Secret redis"),
                dev("serviceAccountName: mcp-session-server", "serviceAccountName: mcp", "needs ServiceAccount mcp"),
                production("progressDeadlineSeconds", "replicas: 3\n  progressDeadlineSeconds", "has replicas"),
                production("port: grpc\n", "port: internal\n",
                        "NetworkPolicy/mcp-session-server lets in to port internal"),
                production("request: 0s", "request: 30s", "cuts streams"),
                production("name: mcp-session-server\n      port: 80", "name: mcp-session-server\n      port: 8080",
                        "leads to mcp-session-server port 8080"),
                production("- interval: 15s\n    path: /metrics\n    port: admin",
                        "- interval: 15s\n    path: /metrics\n    port: metrics", "finds no port"),
                production("severity: critical", "severity: grave", "does not say enough"),
                new Mistake("examples/ingress", "proxy-read-timeout: \"3600\"", "proxy-read-timeout: \"60\"",
                        "cuts streams"),
                new Mistake("examples/ingress", "(?<=port:\n              name: )http", "web",
                        "leads to mcp-session-server"),
                // What the application would not do as it is told.
                dev("mode: \"single\"", "mode: \"embedded\"", "Redis is embedded"),
                dev("mode: \"single\"", "mode: \"\"", "inside Kubernetes the mode must be said"),
                dev("delay: \"8s\"", "delay: \"soon\"", "mcp.drain.delay"),
                dev("delay: \"8s\"", "delay: \"13s\"", "a drain may take PT30S of PT30S"),
                dev("delay: \"8s\"", "delay: \"0s\"", "balancers get no time"),
                dev("terminationGracePeriodSeconds: 30\n      topology",
                        "terminationGracePeriodSeconds: 20\n      topology",
                        "a drain may take PT25S of PT20S"),
                dev("timeout: \"10s\"", "time-out: \"10s\"", "no such key: mcp.drain.time-out"),
                dev("MCP_REPLICA", "MCP_REPLICAS", "no such variable: MCP_REPLICAS"),
                dev("MCP_STORE_REDIS_ADDRESS: redis://mcp-redis:6379", "MCP_STORE_REDIS_ADDRESS: mcp-redis",
                        "mcp.store.redis.address"),
                dev("path: password", "path: passwort", "nothing is mounted at /etc/mcp-redis/"),
                dev("containerPort: 9091", "containerPort: 9092", "port admin is not 9091"),
                dev("version: 0.1.0-SNAPSHOT", "version: 0.2.0", "labelled 0.2.0"),
                dev("image: mcp-session-server:0.1.0-SNAPSHOT", "image: mcp-session-server:0.0.9",
                        "image mcp-session-server:0.0.9"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsFound(Mistake mistake) {
        String text = Rendering.text(mistake.folder());
        // Each mistake is made wherever it can be: the first place may be that of another workload.
        String broken = text.replaceAll(mistake.correct(), mistake.wrong().replace("$", "\\$"));
        assertThat("nothing to break", broken, is(not(text)));

        assertThat(faults(Rendering.parse(mistake.folder(), broken)), hasItem(containsString(mistake.fault())));
    }

    /** Of all policies; one that cannot even be asked is a fault too. */
    private static List<String> faults(Rendering rendering) {
        return Policy.all().stream().flatMap(policy -> {
            try {
                return policy.faults(rendering).stream();
            } catch (RuntimeException e) {
                return Stream.of(policy + ": " + e.getMessage());
            }
        }).toList();
    }
}
