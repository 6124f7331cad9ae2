package io.mcpsession.settings;

import io.helidon.config.Config;
import io.mcpsession.http.CallerShares;
import io.mcpsession.http.EndpointConfig;
import io.mcpsession.http.StreamLimits;
import io.mcpsession.jsonrpc.JsonLimits;
import io.mcpsession.limit.Rate;
import io.mcpsession.mcp.Questions;
import io.mcpsession.ops.Drain;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionLimits.WhenFull;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.SessionPolicy.OnExpired;
import io.mcpsession.session.SessionPolicy.OnMismatch;
import io.mcpsession.session.SessionPolicy.OnMissing;
import io.mcpsession.session.SigningKey;
import io.mcpsession.settings.Settings.Bridge;
import io.mcpsession.settings.Settings.Dev;
import io.mcpsession.settings.Settings.Limits;
import io.mcpsession.settings.Settings.Log;
import io.mcpsession.settings.Settings.RedisMode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the tree of settings, part by part. */
final class SettingsReader {

    private static final long HEAP_OF_A_REQUEST = 2 * 1024 * 1024;

    private final Config config;
    private final Keys keys;
    private final Map<String, String> environment;

    SettingsReader(Config config, Map<String, String> environment) {
        this.config = config;
        this.keys = new Keys(config);
        this.environment = environment;
    }

    Settings read() {
        keys.mustFitTheTree();
        ListenerKeys.check(config.get("server"));
        HeapBudget heap = HeapBudget.read(keys, config.get("server"), Runtime.getRuntime().maxMemory());
        RedisSettings redis = new RedisSettings(keys, environment);
        RedisMode mode = redis.mode();
        AuthSettings auth = new AuthSettings(keys);
        return new Settings(limits(), policy(), signingKeys(), mode, redis.read(mode), endpoint(mode), requestLimits(heap),
                auth.config(), auth.tokens(), new Dev(keys.text("mcp.dev.user"), keys.text("mcp.dev.token")),
                keys.flag("mcp.grpc.reflection"), new CallersReader(keys).read(),
                keys.flag("mcp.envoy.error-response"),
                log(), new TracingReader(keys).read(), new ToolsReader(keys).read(), bridge(), drain(),
                keys.optional("mcp.replica").orElseGet(SettingsReader::hostName), heap, config.get("server"), files());
    }

    /** Once all else is read. */
    private List<SettingFile> files() {
        return Stream.concat(keys.files().stream(), ListenerKeys.files(config.get("server")).stream()).toList();
    }

    Log log() {
        return new Log(keys.choice("mcp.log.format", Log.Format.class), keys.choice("mcp.log.level", Log.Level.class),
                keys.flag("mcp.log.audit"));
    }

    private SessionLimits limits() {
        Duration idle = keys.duration("mcp.session.idle-ttl", Duration.ofSeconds(1), Duration.ofDays(30));
        Duration absolute = keys.duration("mcp.session.absolute-lifetime", Duration.ofSeconds(1),
                Duration.ofDays(365));
        if (absolute.compareTo(idle) < 0) {
            throw Keys.refused("mcp.session.absolute-lifetime", keys.text("mcp.session.absolute-lifetime"),
                    "at least mcp.session.idle-ttl, which is " + keys.text("mcp.session.idle-ttl"));
        }
        return new SessionLimits(idle, absolute,
                keys.integer("mcp.session.max-per-user", 1, 1_000_000),
                keys.choice("mcp.session.when-full", WhenFull.class),
                keys.integer("mcp.session.max-total", 1, Integer.MAX_VALUE));
    }

    private SessionPolicy policy() {
        SessionPolicy preset = switch (keys.choice("mcp.session.policy", Preset.class)) {
            case COMPAT -> SessionPolicy.COMPAT;
            case STRICT -> SessionPolicy.STRICT;
            case ROBUST -> SessionPolicy.ROBUST;
        };
        return new SessionPolicy(
                keys.choice("mcp.session.on-expired", OnExpired.class, preset.onExpired()),
                keys.choice("mcp.session.on-mismatch", OnMismatch.class, preset.onMismatch()),
                keys.choice("mcp.session.on-missing", OnMissing.class, preset.onMissing()));
    }

    private enum Preset {
        COMPAT, STRICT, ROBUST
    }

    private List<SigningKey> signingKeys() {
        String key = "mcp.session.signing-keys";
        return keys.list(key).stream().map(text -> {
            try {
                return new SigningKey(Base64.getDecoder().decode(text));
            } catch (IllegalArgumentException e) {
                throw Keys.refused(key, "(secret)", "base64 of " + SigningKey.MIN_BYTES
                        + " bytes or more for each key");
            }
        }).toList();
    }

    private EndpointConfig endpoint(RedisMode mode) {
        return new EndpointConfig(keys.origins("mcp.http.allowed-origins"), mode == RedisMode.EMBEDDED,
                keys.flag("mcp.http.http2"),
                keys.integer("mcp.http.max-body-bytes", 1024, 64 * 1024 * 1024),
                keys.integer("mcp.http.max-body-values", 1000, JsonLimits.MOST_VALUES),
                keys.duration("mcp.http.body-patience", Duration.ofSeconds(1), Duration.ofMinutes(10)),
                keys.integer("mcp.http.page-size", 1, 10_000),
                new StreamLimits(keys.duration("mcp.http.read-patience", Duration.ofSeconds(1), Duration.ofMinutes(10)),
                        keys.integer("mcp.http.stream-buffer-bytes", 16 * 1024, 64 * 1024 * 1024)),
                keys.flag("mcp.session.conversation"));
    }

    private Bridge bridge() {
        UpstreamsReader reader = new UpstreamsReader(keys, environment);
        return new Bridge(reader.read(), reader.identity());
    }

    private Drain.Limits drain() {
        return new Drain.Limits(keys.duration("mcp.drain.delay", Duration.ZERO, Duration.ofMinutes(5)),
                keys.duration("mcp.drain.timeout", Duration.ZERO, Duration.ofHours(1)));
    }

    private Limits requestLimits(HeapBudget heap) {
        return new Limits(rate("mcp.limits.per-user"), rate("mcp.limits.per-address"),
                rate("mcp.limits.per-service"),
                keys.integer("mcp.limits.proxies", 0, 10), open(heap), questions());
    }

    private CallerShares.Limits open(HeapBudget heap) {
        int requests = keys.integer("mcp.limits.open.requests-per-user", 0, 1_000_000);
        return new CallerShares.Limits(requests > 0 ? requests : requestsByHeap(),
                keys.integer("mcp.limits.open.streams-per-user", 1, 1_000_000),
                keys.integer("mcp.limits.open.streams", 1, 1_000_000),
                heap.queued().count());
    }

    private Questions.Limits questions() {
        return new Questions.Limits(
                keys.duration("mcp.http.question-patience", Duration.ofSeconds(1), Duration.ofHours(1)),
                keys.integer("mcp.limits.open.questions-per-user", 1, 1_000_000),
                keys.integer("mcp.limits.open.questions", 1, 1_000_000));
    }

    /** Answers of a quarter of a megabyte, in all the forms that they take on their way, must not fill it. */
    private static int requestsByHeap() {
        return (int) Math.clamp(Runtime.getRuntime().maxMemory() / HEAP_OF_A_REQUEST, 100, 1000);
    }

    private Rate rate(String key) {
        return new Rate(keys.integer(key + ".rate", 0, 1_000_000), keys.integer(key + ".burst", 1, 10_000_000));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unnamed";
        }
    }
}
