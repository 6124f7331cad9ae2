package io.mcpsession.k8s;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

/** Alerts and the dashboard ask for metrics that there are. */
class QueriesTest {

    private static final String PRODUCTION = "overlays/production";
    /** Of kube-state-metrics. */
    private static final Set<String> FOREIGN = Set.of("kube_pod_container_status_restarts_total");
    private static final Pattern NOT_METRICS = Pattern.compile(String.join("|",
            "\"[^\"]*\"", "\\{[^}]*}", "\\[[^]]*]", "\\$\\w+",
            "\\b\\w+(?= +(by|without) *\\()", "\\b(by|without|on) *\\([^)]*\\)", "\\b\\w+ *(?=\\()"));
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][\\w:]*");
    private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][\\w:]*)", Pattern.MULTILINE);

    @Test
    void everyQueryOfAlertsAndDashboardNamesMetricsOfALiveScrape() throws Exception {
        Set<String> exported = SAMPLE.matcher(scrape()).results().map(it -> it.group(1)).collect(Collectors.toSet());
        List<String> queries = Stream.concat(alerts(), dashboard()).toList();
        assertThat(queries.size(), is(greaterThan(25)));

        Set<String> missing = new TreeSet<>();
        queries.stream().flatMap(QueriesTest::metrics)
                .filter(name -> !exported.contains(name) && !FOREIGN.contains(name))
                .forEach(missing::add);

        assertThat(missing, is(empty()));
    }

    @Test
    void aMetricThatIsMisspeltWouldBeSeen() {
        assertThat(metrics("sum by (le) (rate(mcp_htp_calls_seconds_count{status=\"5xx\"}[5m])) / 2 > 0.1").toList(),
                is(List.of("mcp_htp_calls_seconds_count")));
        assertThat(metrics("abs(a_b) > 1 or max(c)").toList(), hasItem("c"));
    }

    private static Stream<String> metrics(String query) {
        return NAME.matcher(NOT_METRICS.matcher(query).replaceAll(" ")).results().map(it -> it.group())
                .filter(name -> !Set.of("or", "and", "unless").contains(name));
    }

    private static Stream<String> alerts() {
        return Rendering.of(PRODUCTION).all(PrometheusRule.class).flatMap(it -> it.getSpec().getGroups().stream())
                .flatMap(group -> group.getRules().stream())
                .map(rule -> String.valueOf(rule.getExpr().getValue()));
    }

    private static Stream<String> dashboard() {
        String json = Rendering.of(PRODUCTION).all(ConfigMap.class)
                .filter(it -> it.getMetadata().getName().equals("mcp-session-dashboard"))
                .map(it -> it.getData().get("mcp-session.json"))
                .findFirst().orElseThrow();
        try (JsonReader reader = Json.createReader(new StringReader(json))) {
            return reader.readObject().getJsonArray("panels").getValuesAs(JsonObject.class).stream()
                    .flatMap(panel -> panel.getJsonArray("targets").getValuesAs(JsonObject.class).stream())
                    .map(target -> target.getString("expr"));
        }
    }

    /** After a call that Redis answered and one that it did not: failures are counted from the first one on. */
    private static String scrape() throws IOException, InterruptedException {
        EmbeddedRedis redis = EmbeddedRedis.start();
        try (TestServer server = TestServer.on(redis.address())) {
            McpClient session = server.alice().initialized();
            redis.close();
            assertThat(session.call("ping").status(), is(503));
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(server.admin("/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        } finally {
            redis.close();
        }
    }
}
