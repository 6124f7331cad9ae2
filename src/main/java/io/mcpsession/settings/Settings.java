package io.mcpsession.settings;

import com.nimbusds.jose.jwk.JWK;
import io.helidon.config.Config;
import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.AuthConfig;
import io.mcpsession.auth.ServiceCallers;
import io.mcpsession.http.CallerShares;
import io.mcpsession.http.EndpointConfig;
import io.mcpsession.limit.Rate;
import io.mcpsession.mcp.Questions;
import io.mcpsession.mcp.ToolLimits;
import io.mcpsession.ops.Drain;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.Topology;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.SigningKey;
import io.mcpsession.tracing.TracingConfig;
import io.mcpsession.upstream.UpstreamConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Everything the server can be told, validated.
 *
 * @param session     how long sessions live, and how many
 * @param policy      what a call without a live session gets
 * @param signingKeys keys of session ids; empty to share one through Redis
 * @param redisMode   whose Redis
 * @param redis       how to reach it; the address is to be replaced when it is embedded
 * @param endpoint    the MCP endpoint
 * @param limits      how much one caller may send
 * @param auth        whose tokens are accepted
 * @param tokens      tokens of the configuration, by digest
 * @param dev         user and token of an embedded start
 * @param reflection  whether gRPC reflection is on
 * @param internal    who may call the internal socket
 * @param envoyErrorResponse whether Envoy is told by {@code error_response} that the store is away
 * @param log         how to log
 * @param tracing     what is traced, and where it goes
 * @param tools       how much a tool may
 * @param bridge      which servers stand behind this one
 * @param drain      how to go when told to stop
 * @param replica     name of this process
 * @param heap        what may be held in memory
 * @param server      Helidon's own keys, under {@code server}
 * @param files       files that settings name; see {@link #filesMustBeReadable}
 */
public record Settings(SessionLimits session, SessionPolicy policy, List<SigningKey> signingKeys,
                       RedisMode redisMode, RedisConfig redis, EndpointConfig endpoint, Limits limits, AuthConfig auth,
                       Map<String, ApiToken> tokens, Dev dev, boolean reflection, InternalSocket internal,
                       boolean envoyErrorResponse, Log log, TracingConfig tracing, Tools tools, Bridge bridge,
                       Drain.Limits drain,
                       String replica, HeapBudget heap, Config server, List<SettingFile> files) {

    /**
     * Who may call the internal socket, besides those whom the listener lets in by their certificates.
     *
     * @param callers      services by name
     * @param certificates whether certificates are asked for; that they are, depends on all of the listener's TLS
     * @param insecure     whether it is served even to just anybody
     */
    public record InternalSocket(ServiceCallers callers, boolean certificates, boolean insecure) {

        /** Whether callers without a certificate must be known, or that was declined. */
        public boolean isThoughtOf() {
            return callers.haveTokens() || insecure;
        }
    }

    /**
     * @param special  limits of single tools, the first that names a tool counts
     * @param standard of all others
     */
    public record Tools(List<ToolLimits.Limit> special, ToolLimits.Limit standard) {

        public Tools {
            special = List.copyOf(special);
        }
    }

    /**
     * @param upstreams servers behind this one, in the order of their lists
     * @param identity  how they are told who calls
     */
    public record Bridge(List<UpstreamConfig> upstreams, UserIdentity identity) {

        public Bridge {
            upstreams = List.copyOf(upstreams);
        }
    }

    /**
     * @param key      signs; empty when nobody is to be told
     * @param issuer   as tokens call this server
     * @param validity of each token
     */
    public record UserIdentity(Optional<JWK> key, String issuer, Duration validity) {

        @Override
        public String toString() {
            return "UserIdentity[issuer=" + issuer + ", validity=" + validity + "]";
        }
    }

    /** Whose Redis the store is on. */
    public enum RedisMode {
        /** Our own, on loopback. */
        EMBEDDED(Topology.SINGLE),
        SINGLE(Topology.SINGLE),
        SENTINEL(Topology.SENTINEL),
        CLUSTER(Topology.CLUSTER),
        REPLICATED(Topology.REPLICATED);

        private final Topology topology;

        RedisMode(Topology topology) {
            this.topology = topology;
        }

        Topology topology() {
            return topology;
        }
    }

    /**
     * @param perUser    requests of one user, with all tokens together
     * @param perAddress requests from one address
     * @param perService calls of one service over gRPC
     * @param proxies    how many proxies of ours stand before the endpoint
     * @param open       what callers may have open at a time
     * @param questions  what may wait for people
     */
    public record Limits(Rate perUser, Rate perAddress, Rate perService, int proxies, CallerShares.Limits open, Questions.Limits questions) {
    }

    /**
     * @param user  whom the token of an embedded start speaks for
     * @param token empty for a random one
     */
    public record Dev(String user, String token) {

        @Override
        public String toString() {
            return "Dev[user=" + user + ", token=" + (token.isEmpty() ? "random" : "set") + "]";
        }
    }

    /**
     * @param format how a line looks
     * @param level  least severe level that is logged
     * @param audit  whether the audit trail is logged
     */
    public record Log(Format format, Level level, boolean audit) {

        /** How a line looks. */
        public enum Format {
            TEXT, JSON
        }

        /** Least severe level that is logged. */
        public enum Level {
            ERROR, WARNING, INFO, DEBUG
        }
    }

    /**
     * Looks at the files that settings name, as a start does before it opens anything. Reading settings does not, because
     * commands and checks of manifests read the settings of other machines.
     *
     * @throws SettingsException for the first that is missing, no regular file, unreadable, empty or too large
     */
    public void filesMustBeReadable() {
        files.forEach(SettingFile::mustBeReadable);
    }

    /**
     * Environment over the file named by {@code MCP_CONFIG_FILE} over the packaged defaults.
     *
     * @throws SettingsException when something is wrong
     */
    public static Settings load(Map<String, String> environment) {
        return load(environment, Map.of());
    }

    /**
     * The same for a process that logs.
     *
     * @param logging told how to log before anything else is read, so that what is refused can be logged like that
     * @throws SettingsException when something is wrong
     */
    public static Settings load(Map<String, String> environment, Consumer<Log> logging) {
        Config config;
        try {
            config = ConfigSourcesInOrder.read(environment, Map.of());
        } catch (SettingsException e) {
            throw toldAs(environment.getOrDefault("MCP_LOG_FORMAT", ""), logging, e);
        }
        SettingsReader reader = new SettingsReader(config, environment);
        try {
            logging.accept(reader.log());
        } catch (SettingsException e) {
            throw toldAs(config.get("mcp.log.format").asString().orElse(""), logging, e);
        }
        return reader.read();
    }

    /** How to log is wrong or not known; the format may be known all the same. */
    private static SettingsException toldAs(String format, Consumer<Log> logging, SettingsException failure) {
        if (format.equals("json")) {
            logging.accept(new Log(Log.Format.JSON, Log.Level.INFO, true));
        }
        return failure;
    }

    /**
     * The same with keys that win over everything; for tests and tools.
     *
     * @throws SettingsException when something is wrong
     */
    public static Settings load(Map<String, String> environment, Map<String, String> overrides) {
        return new SettingsReader(ConfigSourcesInOrder.read(environment, overrides), environment).read();
    }
}
