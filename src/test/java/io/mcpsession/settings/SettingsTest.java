package io.mcpsession.settings;

import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.AuthConfig;
import io.mcpsession.auth.Scopes;
import io.mcpsession.redis.Layout;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.SessionPolicy.OnExpired;
import io.mcpsession.session.SessionPolicy.OnMismatch;
import io.mcpsession.session.SessionPolicy.OnMissing;
import io.mcpsession.session.SigningKey;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Every key, its default, its variable, and what it refuses. */
class SettingsTest {

    private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZg==";
    private static final String DIGEST = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private static final Map<String, String> INTROSPECTION = Map.of(
            "MCP_AUTH_RESOURCE", "https://mcp.example.com/api/mcp",
            "MCP_AUTH_INTROSPECTION_URI", "https://login.example/i",
            "MCP_AUTH_INTROSPECTION_ISSUER", "https://login.example");

    /**
     * A key of application.yaml.
     *
     * @param value   what stands there by default, as a setting
     * @param text    something else to set it to
     * @param set     that, as a setting
     * @param setting where it ends up
     */
    private record Key(String name, Object value, String text, Object set, Function<Settings, Object> setting) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Key> keys() {
        return Stream.of(
                new Key("mcp.replica", null, "pod-7", "pod-7", Settings::replica),
                new Key("mcp.session.idle-ttl", Duration.ofSeconds(600), "90s", Duration.ofSeconds(90),
                        s -> s.session().idleTtl()),
                new Key("mcp.session.absolute-lifetime", Duration.ofHours(24), "2d", Duration.ofDays(2),
                        s -> s.session().absoluteLifetime()),
                new Key("mcp.session.policy", SessionPolicy.COMPAT, "robust", SessionPolicy.ROBUST, Settings::policy),
                new Key("mcp.session.on-expired", OnExpired.RENEW, "revive", OnExpired.REVIVE,
                        s -> s.policy().onExpired()),
                new Key("mcp.session.on-mismatch", OnMismatch.RENEW, "not-found", OnMismatch.NOT_FOUND,
                        s -> s.policy().onMismatch()),
                new Key("mcp.session.on-missing", OnMissing.RENEW, "serve", OnMissing.SERVE,
                        s -> s.policy().onMissing()),
                new Key("mcp.session.conversation", true, "false", false, s -> s.endpoint().conversations()),
                new Key("mcp.session.max-per-user", 100, "5", 5, s -> s.session().perUser()),
                new Key("mcp.session.when-full", WhenFull.EVICT_OLDEST, "reject", WhenFull.REJECT,
                        s -> s.session().whenFull()),
                new Key("mcp.session.max-total", 1_000_000L, "7", 7L, s -> s.session().total()),
                new Key("mcp.session.layout", Layout.MAP_CACHE, "hash", Layout.HASH, s -> s.redis().layout()),
                new Key("mcp.http.page-size", 200, "10", 10, s -> s.endpoint().pageSize()),
                new Key("mcp.http.question-patience", Duration.ofMinutes(5), "30s", Duration.ofSeconds(30),
                        s -> s.limits().questions().patience()),
                new Key("mcp.tracing.endpoint", Optional.empty(), "http://collector:4318/v1/traces",
                        Optional.of(URI.create("http://collector:4318/v1/traces")), s -> s.tracing().endpoint()),
                new Key("mcp.tracing.sample-ratio", 1.0, "0.25", 0.25, s -> s.tracing().sampleRatio()),
                new Key("mcp.tracing.service-name", "mcp-session-server", "mcp-eu", "mcp-eu",
                        s -> s.tracing().serviceName()),
                server("server.protocols.http_2.max-rapid-resets", "-1", "100"),
                new Key("mcp.session.signing-keys", List.of(), KEY + ", " + KEY,
                        List.of(new SigningKey("0123456789abcdef".getBytes()),
                                new SigningKey("0123456789abcdef".getBytes())), Settings::signingKeys),
                new Key("mcp.store.redis.mode", Settings.RedisMode.EMBEDDED, "single", Settings.RedisMode.SINGLE,
                        Settings::redisMode),
                new Key("mcp.store.redis.address", List.of(URI.create("redis://127.0.0.1:6379")),
                        "rediss://redis.example:6380, rediss://10.0.0.1:1",
                        List.of(URI.create("rediss://redis.example:6380"), URI.create("rediss://10.0.0.1:1")),
                        s -> s.redis().addresses()),
                new Key("mcp.store.redis.master-name", "", "mymaster", "mymaster", s -> s.redis().masterName()),
                new Key("mcp.store.redis.user", Optional.empty(), "mcp", Optional.of("mcp"),
                        s -> s.redis().login().user()),
                new Key("mcp.store.redis.password", Optional.empty(), "a${b}$c", Optional.of("a${b}$c"),
                        s -> s.redis().login().password()),
                file("user-file", s -> s.redis().login().userFile()),
                file("password-file", s -> s.redis().login().passwordFile()),
                new Key("mcp.store.redis.sentinel-user", Optional.empty(), "mcp", Optional.of("mcp"),
                        s -> s.redis().sentinelLogin().user()),
                new Key("mcp.store.redis.sentinel-password", Optional.empty(), "hush", Optional.of("hush"),
                        s -> s.redis().sentinelLogin().password()),
                new Key("mcp.store.redis.database", 0, "3", 3, s -> s.redis().database()),
                file("trust-certificates", s -> s.redis().tls().trust()),
                file("certificate", s -> s.redis().tls().certificate()),
                file("key", s -> s.redis().tls().key()),
                new Key("mcp.store.redis.timeout", Duration.ofMillis(1500), "PT1S", Duration.ofSeconds(1),
                        s -> s.redis().timeout()),
                new Key("mcp.store.redis.connections", 16, "8", 8, s -> s.redis().connections()),
                new Key("mcp.store.redis.key-prefix", "mcp", "team-a", "team-a", s -> s.redis().keyPrefix()),
                new Key("mcp.store.redis.partitions", 16, "4", 4, s -> s.redis().partitions()),
                new Key("mcp.http.allowed-origins", Set.of(), "https://a.example, https://b.example",
                        Set.of("https://a.example", "https://b.example"), s -> s.endpoint().allowedOrigins()),
                new Key("mcp.http.held-body-bytes", (long) (Runtime.getRuntime().maxMemory() * 0.2), "65536", 65_536L,
                        s -> s.heap().bodies().count()),
                new Key("mcp.http.http2", false, "true", true, s -> s.endpoint().http2()),
                new Key("mcp.http.max-body-bytes", 4 * 1024 * 1024, "65536", 65536, s -> s.endpoint().maxBodyBytes()),
                new Key("mcp.http.max-body-values", 100_000, "5000", 5000, s -> s.endpoint().maxBodyValues()),
                new Key("mcp.auth.resource", "", "https://mcp.example.com/api/mcp", "https://mcp.example.com/api/mcp",
                        s -> s.auth().resource()),
                new Key("mcp.auth.algorithms", List.of("RS256", "PS256", "ES256", "EdDSA"), "ES256", List.of("ES256"),
                        s -> s.auth().algorithms()),
                new Key("mcp.auth.leeway", Duration.ofSeconds(30), "1m", Duration.ofMinutes(1), s -> s.auth().leeway()),
                new Key("mcp.auth.scopes", List.of(), "mcp, notes:read", List.of("mcp", "notes:read"),
                        s -> s.auth().scopes()),
                new Key("mcp.auth.anonymous", false, "true", true, s -> s.auth().anonymous()),
                opaque("uri", "https://login.example/introspect", o -> o.endpoint().toString()),
                opaque("issuer", "https://login.example/x", AuthConfig.Opaque::issuer),
                opaque("client-id", "mcp", AuthConfig.Opaque::client),
                opaque("client-secret", "hush", AuthConfig.Opaque::secret),
                opaque("cache", "5s", o -> o.cached().toSeconds() + "s"),
                new Key("mcp.tools.timeout", Duration.ofSeconds(45), "20s", Duration.ofSeconds(20),
                        s -> s.tools().standard().timeout()),
                new Key("mcp.tools.max-result-bytes", 4194304, "65536", 65536,
                        s -> s.tools().standard().maxResultBytes()),
                new Key("mcp.tools.rate", 0, "3", 3, s -> s.tools().standard().rate().perSecond()),
                new Key("mcp.tools.burst", 20, "7", 7, s -> s.tools().standard().rate().burst()),
                new Key("mcp.identity.key", Optional.empty(), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                        Optional.of("oct"), s -> s.bridge().identity().key().map(key -> key.getKeyType().getValue())),
                new Key("mcp.identity.issuer", "mcp-session-server", "https://mcp.example.com",
                        "https://mcp.example.com", s -> s.bridge().identity().issuer()),
                new Key("mcp.identity.validity", Duration.ofSeconds(60), "10s", Duration.ofSeconds(10),
                        s -> s.bridge().identity().validity()),
                new Key("mcp.drain.delay", Duration.ZERO, "8s", Duration.ofSeconds(8), s -> s.drain().delay()),
                new Key("mcp.drain.timeout", Duration.ofSeconds(10), "1m", Duration.ofMinutes(1),
                        s -> s.drain().timeout()),
                new Key("mcp.dev.user", "dev", "me", "me", s -> s.dev().user()),
                new Key("mcp.dev.token", "", "secret", "secret", s -> s.dev().token()),
                new Key("mcp.grpc.insecure", false, "true", true, s -> s.internal().insecure()),
                new Key("mcp.envoy.error-response", false, "true", true, Settings::envoyErrorResponse),
                new Key("mcp.grpc.reflection", true, "false", false, Settings::reflection),
                new Key("mcp.log.format", Settings.Log.Format.TEXT, "json", Settings.Log.Format.JSON,
                        s -> s.log().format()),
                new Key("mcp.log.level", Settings.Log.Level.INFO, "debug", Settings.Log.Level.DEBUG,
                        s -> s.log().level()),
                new Key("mcp.http.body-patience", Duration.ofSeconds(30), "5s", Duration.ofSeconds(5),
                        s -> s.endpoint().bodyPatience()),
                new Key("mcp.http.read-patience", Duration.ofSeconds(30), "5s", Duration.ofSeconds(5),
                        s -> s.endpoint().streams().patience()),
                new Key("mcp.http.stream-buffer-bytes", 262_144, "65536", 65_536,
                        s -> s.endpoint().streams().queuedBytes()),
                new Key("mcp.limits.per-user.rate", 1000, "7", 7, s -> s.limits().perUser().perSecond()),
                new Key("mcp.limits.per-user.burst", 2000, "7", 7, s -> s.limits().perUser().burst()),
                new Key("mcp.limits.per-address.rate", 2000, "7", 7, s -> s.limits().perAddress().perSecond()),
                new Key("mcp.limits.per-address.burst", 4000, "7", 7, s -> s.limits().perAddress().burst()),
                new Key("mcp.limits.per-service.rate", 20_000, "7", 7, s -> s.limits().perService().perSecond()),
                new Key("mcp.limits.per-service.burst", 40_000, "7", 7, s -> s.limits().perService().burst()),
                new Key("mcp.limits.open.requests-per-user",
                        (int) Math.clamp(Runtime.getRuntime().maxMemory() / (2 << 20), 100, 1000), "9", 9,
                        s -> s.limits().open().requestsPerCaller()),
                new Key("mcp.limits.open.streams-per-user", 256, "9", 9, s -> s.limits().open().streamsPerCaller()),
                new Key("mcp.limits.open.streams", 6000, "9", 9, s -> s.limits().open().streams()),
                new Key("mcp.limits.open.questions-per-user", 128, "9", 9, s -> s.limits().questions().perCaller()),
                new Key("mcp.limits.open.questions", 3000, "9", 9, s -> s.limits().questions().all()),
                new Key("mcp.limits.open.queued-bytes", (long) (Runtime.getRuntime().maxMemory() * 0.10), "9000", 9000L,
                        s -> s.limits().open().queuedBytes()),
                new Key("mcp.limits.proxies", 0, "2", 2, s -> s.limits().proxies()),
                server("server.sockets.0.max-concurrent-requests", "10000", "7"),
                server("server.sockets.0.idle-connection-timeout", "PT1H", "PT9S"),
                server("server.sockets.0.idle-connection-period", "PT10S", "PT9S"),
                server("server.sockets.0.connection-options.read-timeout", "PT30S", "PT9S"),
                server("server.protocols.http_1_1.max-prologue-length", "4096", "1024"),
                server("server.protocols.http_1_1.max-headers-size", "16384", "1024"),
                new Key("mcp.log.audit", true, "false", false, s -> s.log().audit()),
                server("server.host", "0.0.0.0", "127.0.0.1"),
                server("server.port", "9090", "19090"),
                server("server.shutdown-grace-period", "PT1S", "PT9S"),
                server("server.max-concurrent-requests", "10000", "7"),
                server("server.idle-connection-timeout", "P1D", "PT9S"),
                server("server.connection-options.socket-keep-alive", "true", "false"),
                server("server.protocols.http_2.max-concurrent-streams", "1000", "7"),
                server("server.protocols.http_2.max-header-list-size", "16384", "20000"),
                server("server.protocols.http_2.max-frame-size", "65536", "20000"),
                server("server.protocols.http_2.initial-window-size", "65535", "100000"),
                server("server.sockets.0.protocols.http_2.max-concurrent-streams", "1000", "7"),
                server("server.sockets.0.protocols.http_2.max-frame-size", "65536", "20000"),
                server("server.sockets.0.protocols.http_2.initial-window-size", "65535", "100000"),
                server("server.sockets.1.protocols.http_2.max-concurrent-streams", "100", "7"),
                server("server.sockets.1.protocols.http_2.max-frame-size", "65536", "20000"),
                server("server.sockets.1.protocols.http_2.max-header-list-size", "16384", "20000"),
                server("server.sockets.1.protocols.http_2.initial-window-size", "65535", "100000"),
                server("server.sockets.0.protocols.http_2.max-rapid-resets", "10000", "100"),
                server("server.sockets.0.protocols.http_2.max-header-list-size", "16384", "20000"),
                server("server.connection-options.tcp-no-delay", "true", "false"),
                server("server.sockets.0.name", "mcp", "mcp"),
                server("server.sockets.0.host", "0.0.0.0", "127.0.0.1"),
                server("server.sockets.0.port", "8080", "18080"),
                server("server.sockets.0.shutdown-grace-period", "PT1S", "PT9S"),
                server("server.sockets.0.connection-options.tcp-no-delay", "true", "false"),
                server("server.sockets.1.name", "admin", "admin"),
                server("server.sockets.1.host", "0.0.0.0", "127.0.0.1"),
                server("server.sockets.1.port", "9091", "19091"),
                server("server.sockets.1.shutdown-grace-period", "PT1S", "PT9S"),
                server("server.sockets.1.connection-options.tcp-no-delay", "true", "false"),
                server("server.protocols.grpc.max-read-buffer-size", "1048576", "4096"));
    }

    private static Key file(String name, Function<Settings, Optional<Path>> setting) {
        return new Key("mcp.store.redis." + name, Optional.empty(), "/etc/redis/file", Optional.of(Path.of("/etc/redis/file")),
                setting::apply);
    }

    /** A key that means something only beside the others of its group, so none of which shows by default. */
    private static Key opaque(String name, String other, Function<AuthConfig.Opaque, String> setting) {
        return new Key("mcp.auth.introspection." + name, "none", other, other,
                settings -> settings.auth().introspection().map(setting).orElse("none"));
    }

    /** A key of Helidon's own. */
    private static Key server(String name, String value, String other) {
        return new Key(name, value, other, other,
                settings -> settings.server().get(name.substring("server.".length())).asString().orElse("missing"));
    }

    @Test
    void everyKeyOfTheDefaultsIsTestedHere() {
        Set<String> packaged = Config.just(ConfigSources.classpath("application.yaml")).traverse()
                .filter(Config::isLeaf)
                .map(leaf -> leaf.key().toString())
                .collect(Collectors.toSet());

        assertThat(keys().map(Key::name).collect(Collectors.toSet()), is(packaged));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aKeyHasItsDefault(Key key) {
        Object value = key.setting().apply(Settings.load(Map.of()));

        // The replica is named after its host.
        assertThat(value, key.value() == null ? is(not("")) : is(key.value()));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aKeyIsOverriddenByItsVariable(Key key) {
        String variable = key.name().toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");

        Map<String, String> environment = new HashMap<>();
        if (key.name().contains(".introspection.")) {
            environment.putAll(INTROSPECTION);
        }
        environment.put(variable, key.text());

        assertThat(key.setting().apply(Settings.load(environment)), is(key.set()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "mcp.session.idle-ttl|soon|a duration such as 600s",
            "mcp.session.idle-ttl|0s|from PT1S to PT720H",
            "mcp.session.idle-ttl|-5s|from PT1S to PT720H",
            "mcp.session.idle-ttl|''|a duration such as 600s",
            "mcp.session.idle-ttl|99999999999999999999s|a duration such as 600s",
            "mcp.session.absolute-lifetime|599s|at least mcp.session.idle-ttl, which is 600s",
            "mcp.store.redis.mode|memory|one of embedded, single, sentinel, cluster, replicated",
            "mcp.store.redis.mode|SINGLE|one of embedded, single",
            "mcp.store.redis.address|localhost|redis://host:port or rediss://host:port",
            "mcp.store.redis.address|http://localhost:6379|redis://host:port",
            "mcp.store.redis.address|redis://localhost|redis://host:port",
            "mcp.store.redis.address|redis://localhost:65536|redis://host:port",
            "mcp.http.allowed-origins|a.example|such as https://app.example.com",
            "mcp.http.allowed-origins|*|such as https://app.example.com",
            "mcp.store.redis.address|redis:// x|redis://host:port",
            "mcp.store.redis.address|''|redis://host:port or rediss://host:port",
            "mcp.store.redis.address|,|redis://host:port or rediss://host:port",
            "mcp.store.redis.database|-1|a whole number from 0",
            "mcp.store.redis.timeout|3s|from PT0.05S to PT2S",
            "mcp.store.redis.connections|0|a whole number from 1 to 1024",
            "mcp.store.redis.connections|1.5|a whole number from 1 to 1024",
            "mcp.store.redis.key-prefix|a b|1 to 32 of",
            "mcp.store.redis.key-prefix|''|1 to 32 of",
            "mcp.store.redis.partitions|3|1, 2, 4, 8, 16, 32 or 64",
            "mcp.store.redis.partitions|128|a whole number from 1 to 64",
            "mcp.http.max-body-bytes|4MB|a whole number from 1024",
            "mcp.http.max-body-values|0|a whole number from 1000 to 10000000",
            "mcp.auth.resource|mcp.example.com|a URL such as https://host/path",
            "mcp.auth.resource|https://mcp.example.com/api/mcp#x|a URL such as https://host/path",
            "mcp.auth.algorithms|none|some of ES256",
            "mcp.auth.algorithms|RS256, HS256|some of ES256",
            "mcp.auth.algorithms|''|some of ES256",
            "mcp.auth.leeway|1h|from PT0S to PT5M",
            "mcp.auth.scopes|a\"b|visible ASCII",
            "mcp.auth.anonymous|yes|true or false",
            "mcp.auth.introspection.uri|login|a URL such as https://host/path",
            "mcp.drain.delay|-1s|from PT0S to PT5M",
            "mcp.drain.timeout|2h|from PT0S to PT1H",
            "mcp.grpc.reflection|yes|true or false",
            "mcp.tracing.endpoint|collector:4318|a URL such as http://host/path",
            "mcp.tracing.endpoint|grpc://collector:4317|a URL such as http://host/path",
            "mcp.tracing.sample-ratio|1.1|a number from 0 to 1",
            "mcp.tracing.sample-ratio|NaN|a number from 0 to 1",
            "mcp.tracing.sample-ratio|all|a number from 0 to 1",
            "mcp.tracing.service-name|''|a name",
            "mcp.log.format|xml|one of text, json",
            "mcp.log.level|trace|one of error, warning, info, debug"})
    void anErrorNamesTheKeyItsVariableTheValueAndWhatIsAllowed(String key, String value, String allowed) {
        String variable = key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");

        assertThat(refused(Map.of(variable, value)), allOf(containsString(key), containsString(variable),
                containsString("\"" + value + "\""), containsString(allowed)));
    }

    /** What may hold a secret is not repeated. */
    @ParameterizedTest
    @CsvSource({"mcp.store.redis.address, redis://localhost:6379/2", "mcp.store.redis.address, redis://localhost:6379?database=2",
            "mcp.store.redis.address, redis://localhost:6379#x", "mcp.http.allowed-origins, https://a.example/",
            "mcp.http.allowed-origins, 'https://a.example,https://B.example'", "mcp.http.allowed-origins, https://a.example/x?y"})
    void whatWouldBeIgnoredIsRefused(String key, String value) {
        String variable = key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");

        assertThat(assertThrows(SettingsException.class, () -> Settings.load(Map.of(variable, value))).getMessage(),
                allOf(containsString(key + " (" + variable + ")"), containsString("is not allowed")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://a.example", "http://localhost:5173", "http://[::1]:80", "http://127.0.0.1",
            "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb", "null"})
    void whatABrowserSendsIsAnOrigin(String origin) {
        assertThat(Settings.load(Map.of("MCP_HTTP_ALLOWED_ORIGINS", origin)).endpoint().allowedOrigins(), is(Set.of(origin)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "single|ADDRESS=redis://a:1,redis://b:1|mcp.store.redis.address|several are for sentinel, cluster or replicated",
            "sentinel|ADDRESS=redis://a:1|mcp.store.redis.master-name|such as mymaster",
            "cluster|DATABASE=1|mcp.store.redis.database|0: a cluster has no other",
            "single|PASSWORD=x;PASSWORD_FILE=/x|mcp.store.redis.password|not both",
            "single|USER=x;USER_FILE=/x;PASSWORD=x|mcp.store.redis.user|not both",
            "single|USER=x|mcp.store.redis.password|the password of the user",
            "replicated|ADDRESS=redis://a:1,rediss://b:1|mcp.store.redis.address|redis:// for all or rediss:// for all",
            "single|ADDRESS=rediss://a:1;CERTIFICATE=/x|mcp.store.redis.key|belong together",
            "single|ADDRESS=rediss://a:1;KEY=/x|mcp.store.redis.certificate|belong together",
            "single|CERTIFICATE=/x;KEY=/y|mcp.store.redis.certificate|rediss:// addresses"})
    void settingsOfRedisThatDoNotFitTogetherAreRefused(String mode, String settings, String key, String allowed) {
        Map<String, String> environment = new HashMap<>(Map.of("MCP_STORE_REDIS_MODE", mode));
        for (String setting : settings.split(";")) {
            String[] parts = setting.split("=", 2);
            environment.put("MCP_STORE_REDIS_" + parts[0], parts[1]);
        }

        assertThat(refused(environment), allOf(containsString(key), containsString(allowed)));
    }

    @Test
    void theLayoutOfTheOriginalSystemIsRefusedInAClusterAndItIsSaidWhy() {
        assertThat(refused(Map.of("MCP_STORE_REDIS_MODE", "cluster", "MCP_SESSION_LAYOUT", "hash")),
                allOf(containsString("mcp.session.layout"), containsString("map-cache"), containsString("slots")));
        assertThat(Settings.load(Map.of("MCP_STORE_REDIS_MODE", "cluster")).redisMode(),
                is(Settings.RedisMode.CLUSTER));
    }

    @Test
    void aSigningKeyThatIsRefusedIsNotShown() {
        assertThat(refused(Map.of("MCP_SESSION_SIGNING_KEYS", "c2hvcnQ=")),
                allOf(containsString("mcp.session.signing-keys"), not(containsString("c2hvcnQ="))));
    }

    @Test
    void secretsAreNotPrinted() {
        String text = Settings.load(Map.of("MCP_STORE_REDIS_PASSWORD", "hush-1", "MCP_DEV_TOKEN", "hush-2",
                "MCP_SESSION_SIGNING_KEYS", KEY)).toString();

        assertThat(text, not(containsString("hush")));
        assertThat(text, not(containsString(KEY)));
    }

    @Test
    void tokensAreGivenByNumberedVariables() {
        Map<String, ApiToken> tokens = Settings.load(Map.of("MCP_AUTH_TOKENS_0_USER", "alice",
                "MCP_AUTH_TOKENS_0_SHA256", DIGEST, "MCP_AUTH_TOKENS_1_USER", "bob", "MCP_AUTH_TOKENS_1_NAME", "laptop",
                "MCP_AUTH_TOKENS_1_SHA256", DIGEST.replace('2', '3'))).tokens();

        assertThat(tokens.values().stream().map(ApiToken::subject).collect(Collectors.toSet()),
                is(Set.of("alice", "bob")));
        assertThat(tokens.values().stream().map(ApiToken::name).toList(), hasItem("laptop"));
    }

    @Test
    void whoMayCallTheInternalSocketCanBeSaidByVariablesAlone() {
        Settings.InternalSocket internal = Settings.load(Map.of("MCP_GRPC_CALLERS_0_NAME", "desk",
                "MCP_GRPC_CALLERS_0_TOKEN_SHA256", DIGEST, "MCP_GRPC_CALLERS_0_ROLE", "admin",
                "SERVER_TLS_CLIENT_AUTH", "required")).internal();

        assertThat(internal.callers().haveTokens(), is(true));
        assertThat(internal.certificates(), is(true));
    }

    @ParameterizedTest
    @CsvSource({"MCP_AUTH_TOKENS_0_SHA256,hello,mcp.auth.tokens.0.sha256", "MCP_AUTH_TOKENS_0_USER,'',mcp.auth.tokens.0.user"})
    void aTokenThatIsNoneIsNamed(String variable, String value, String key) {
        Map<String, String> environment = new HashMap<>(Map.of("MCP_AUTH_TOKENS_0_USER", "alice",
                "MCP_AUTH_TOKENS_0_SHA256", DIGEST));
        environment.put(variable, value);

        assertThat(refused(environment), containsString(key));
    }

    @Test
    void issuersAreGivenByNumberedVariables() {
        AuthConfig auth = Settings.load(Map.of("MCP_AUTH_RESOURCE", "https://mcp.example.com/api/mcp",
                "MCP_AUTH_ISSUERS_0_ISSUER", "https://login.example/a",
                "MCP_AUTH_ISSUERS_1_ISSUER", "https://login.example/b",
                "MCP_AUTH_ISSUERS_1_JWKS_URI", "https://keys.example/b")).auth();

        assertThat(auth.issuers(), is(List.of(
                new AuthConfig.Issuer("https://login.example/a", Optional.empty()),
                new AuthConfig.Issuer("https://login.example/b", Optional.of(URI.create("https://keys.example/b"))))));
        assertThat(auth.authorizationServers(), is(List.of("https://login.example/a", "https://login.example/b")));
    }

    @Test
    void anIssuerNeedsTheResourceThatItsTokensAreFor() {
        assertThat(refused(Map.of("MCP_AUTH_ISSUERS_0_ISSUER", "https://login.example")),
                allOf(containsString("mcp.auth.resource"), containsString("MCP_AUTH_RESOURCE")));
    }

    @Test
    void anIssuerThatIsNoneOrNamedTwiceIsRefused() {
        assertThat(refused(Map.of("MCP_AUTH_ISSUERS_0_JWKS_URI", "https://keys.example")),
                containsString("mcp.auth.issuers.0.issuer"));
        assertThat(refused(Map.of("MCP_AUTH_ISSUERS_0_ISSUER", "https://login.example",
                "MCP_AUTH_ISSUERS_1_ISSUER", "https://login.example")), containsString("named twice"));
    }

    @Test
    void aTokenOfTheConfigurationGrantsAllUnlessItSaysLess() {
        Map<String, ApiToken> tokens = Settings.load(Map.of("MCP_AUTH_TOKENS_0_USER", "alice",
                "MCP_AUTH_TOKENS_0_SHA256", DIGEST, "MCP_AUTH_TOKENS_1_USER", "bob", "MCP_AUTH_TOKENS_1_SCOPES",
                "notes:read mcp", "MCP_AUTH_TOKENS_1_SHA256", DIGEST.replace('2', '3'))).tokens();

        assertThat(tokens.values().stream().collect(Collectors.toMap(ApiToken::subject, ApiToken::scopes)),
                is(Map.of("alice", Scopes.ALL, "bob", Scopes.of(Set.of("mcp", "notes:read")))));
    }

    @Test
    void aFileNeedsToHoldOnlyWhatDiffers(@TempDir Path folder) throws IOException {
        Settings settings = Settings.load(Map.of("MCP_CONFIG_FILE", file(folder, """
                mcp:
                  session:
                    idle-ttl: "90s"
                  auth:
                    tokens:
                      - user: "alice"
                        sha256: "%s"
                """.formatted(DIGEST))));

        assertThat(settings.session().idleTtl(), is(Duration.ofSeconds(90)));
        assertThat(settings.session().absoluteLifetime(), is(Duration.ofHours(24)));
        assertThat(settings.tokens().values().iterator().next().subject(), is("alice"));
    }

    @Test
    void aVariableWinsOverTheFile(@TempDir Path folder) throws IOException {
        Settings settings = Settings.load(Map.of("MCP_SESSION_IDLE_TTL", "70s", "MCP_CONFIG_FILE", file(folder, """
                mcp.session.idle-ttl: "90s"
                mcp.log.level: "error"
                """)));

        assertThat(settings.session().idleTtl(), is(Duration.ofSeconds(70)));
        assertThat(settings.log().level(), is(Settings.Log.Level.ERROR));
    }

    @Test
    void aFileThatIsNotThereIsNamed(@TempDir Path folder) {
        String missing = folder.resolve("none.yaml").toString();

        assertThat(refused(Map.of("MCP_CONFIG_FILE", missing)),
                allOf(containsString("MCP_CONFIG_FILE"), containsString(missing)));
        assertThat(refused(Map.of("MCP_CONFIG_FILE", folder.toString())), containsString(folder.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp: [", "mcp:\n\t- x"})
    void aFileThatIsNoYamlIsRefusedWithoutAStackTrace(String content, @TempDir Path folder) throws IOException {
        assertThat(refused(Map.of("MCP_CONFIG_FILE", file(folder, content))), containsString("configuration"));
    }

    @Test
    void numberedVariablesThatDoNotFitTheListOfTheFileAreRefused(@TempDir Path folder) throws IOException {
        String file = file(folder, """
                mcp:
                  auth:
                    tokens:
                      - user: "alice"
                        sha256: "%s"
                """.formatted(DIGEST));

        assertThat(refused(Map.of("MCP_CONFIG_FILE", file, "MCP_AUTH_TOKENS_5_USER", "bob")),
                containsString("tokens"));
    }

    @Test
    void insideKubernetesAnEmbeddedRedisIsRefused() {
        assertThat(refused(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")),
                allOf(containsString("MCP_STORE_REDIS_MODE"), containsString("inside Kubernetes")));
        assertThat(refused(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "MCP_STORE_REDIS_MODE", "embedded")),
                allOf(containsString("MCP_STORE_REDIS_MODE"), containsString("inside Kubernetes")));
        assertThat(Settings.load(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "MCP_STORE_REDIS_MODE", "single"))
                .redisMode(), is(Settings.RedisMode.SINGLE));
    }

    @Test
    void theSocketIsKnownToBeOnLoopbackOnlyWhenEmbedded() {
        assertThat(Settings.load(Map.of()).endpoint().loopbackOnly(), is(true));
        assertThat(Settings.load(Map.of("MCP_STORE_REDIS_MODE", "single")).endpoint().loopbackOnly(), is(false));
    }

    private static String refused(Map<String, String> environment) {
        return assertThrows(SettingsException.class, () -> Settings.load(environment)).getMessage();
    }

    private static String file(Path folder, String content) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), content).toString();
    }
}
