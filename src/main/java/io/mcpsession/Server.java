package io.mcpsession;

import io.helidon.config.Config;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Metrics;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.grpc.GrpcReflectionFeature;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import io.mcpsession.auth.TokenAuthenticator;
import io.mcpsession.grpc.ExtAuthzSettings;
import io.mcpsession.grpc.GrpcApi;
import io.mcpsession.grpc.GrpcHealth;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.http.EarlyRefusals;
import io.mcpsession.http.ListenStreams;
import io.mcpsession.http.McpEndpoint;
import io.mcpsession.http.OpenStreams;
import io.mcpsession.http.ServerStreams;
import io.mcpsession.http.SessionEra;
import io.mcpsession.http.SlowCalls;
import io.mcpsession.http.StatelessEra;
import io.mcpsession.mcp.BusChanges;
import io.mcpsession.mcp.Catalogue;
import io.mcpsession.mcp.Handles;
import io.mcpsession.mcp.Handshake;
import io.mcpsession.mcp.Questions;
import io.mcpsession.mcp.RunningCalls;
import io.mcpsession.mcp.ServerInfo;
import io.mcpsession.mcp.SessionMethods;
import io.mcpsession.mcp.StatelessMethods;
import io.mcpsession.mcp.StreamEnder;
import io.mcpsession.mcp.Subscriptions;
import io.mcpsession.ops.AuditLog;
import io.mcpsession.ops.Meters;
import io.mcpsession.ops.RedisReadiness;
import io.mcpsession.ops.TlsReload;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.redis.MapCacheSessionStore;
import io.mcpsession.redis.Reclaimer;
import io.mcpsession.redis.RedisBus;
import io.mcpsession.redis.RedisCalls;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisEventLog;
import io.mcpsession.redis.RedisHealth;
import io.mcpsession.redis.RedisNotes;
import io.mcpsession.redis.RedisSessionFeed;
import io.mcpsession.redis.RedisSubscriptions;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.RedisTokenStore;
import io.mcpsession.redis.SharedSigningKeys;
import io.mcpsession.relay.EventLog;
import io.mcpsession.session.SessionCeiling;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionObservers;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.settings.Settings;
import io.mcpsession.tools.NoteTools;
import io.mcpsession.tools.SessionInfoTool;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.redisson.api.RedissonClient;

/** The composition root: builds every part once, and closes them in reverse order. */
public final class Server implements AutoCloseable {

    /** Socket of the MCP endpoint. */
    public static final String PUBLIC = "mcp";
    /** Socket of gRPC. */
    public static final String INTERNAL = WebServer.DEFAULT_SOCKET_NAME;
    /** Socket of health and metrics. */
    public static final String ADMIN = "admin";

    private static final String LOOPBACK = "127.0.0.1";

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Settings settings;
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private final RedisConfig redisConfig;
    private final Optional<DevToken> devToken;
    private final WebServer web;

    private Server(Settings settings, Function<Changes, Offering> more) {
        Config.global(settings.server());
        this.settings = settings;
        MeterRegistry registry = Metrics.globalRegistry();
        Meters meters = new Meters(registry);
        this.redisConfig = embedded()
                ? settings.redis().at(own(embeddedRedis()).address())
                : settings.redis();
        this.devToken = embedded() ? Optional.of(DevToken.of(settings.dev(), random)) : Optional.empty();

        RedissonClient redisson = RedisClient.open(redisConfig);
        own(redisson::shutdown);
        RedisCalls redis = new RedisCalls(redisson, redisConfig.timeout(), meters::redisCalled);
        RedisHealth health = own(new RedisHealth(redis, clock));
        RedisBus bus = own(new RedisBus(redisson, redis, redisConfig));
        SigningKeys keys = signingKeys(redis);

        SessionLimits limits = settings.session();
        SessionStore store = new MapCacheSessionStore(redis, redisConfig, limits, RedisTime.server());
        SessionCeiling ceiling = new SessionCeiling(limits.total());
        Reclaimer reclaimer = own(new Reclaimer(redis, redisConfig, RedisTime.server(),
                () -> ceiling.update(store.count())));
        meters.living(ceiling::living);
        meters.skew(health::skew);
        SessionIds ids = new SessionIds(keys, random, clock);
        SessionObservers observers = new SessionObservers(meters, new AuditLog(), new StreamEnder(bus));
        Sessions sessions = new Sessions(store, ids, settings.policy(), ceiling, observers);
        Offering offering = ownTools(new RedisNotes(redis, redisConfig, limits, RedisTime.server()))
                .and(more.apply(new BusChanges(bus)));
        Subscriptions subscriptions = new Subscriptions(
                new RedisSubscriptions(redisson, redis, redisConfig, limits, RedisTime.server()), bus);
        TokenAuthenticator authenticator = new TokenAuthenticator(
                devToken.map(token -> token.besides(settings.tokens())).orElse(settings.tokens()),
                new RedisTokenStore(redisson, redis, redisConfig), clock);

        OpenStreams open = new OpenStreams();
        McpEndpoint endpoint = endpoint(new Catalogue(offering), authenticator, sessions, subscriptions, keys, bus,
                new RedisEventLog(redis, redisConfig), open);
        RedisSessionFeed feed = new RedisSessionFeed(redisson, redis, redisConfig, RedisTime.server());
        GrpcHealth grpcHealth = new GrpcHealth();
        GrpcRouting.Builder grpc = GrpcRouting.builder().config(settings.server());
        new GrpcApi(sessions, new TrustedSessions(store, ids, ceiling, observers), ids, limits, clock, grpcHealth,
                feed).answeringEnvoy(authenticator::authenticate, new PeekedCalls(),
                new ExtAuthzSettings(settings.endpoint().conversations(), settings.envoy().resourceMetadata(),
                        settings.envoy().errorResponse())).calledBy(settings.callers()).register(grpc);
        health.follow(grpcHealth::serving);
        this.web = web(endpoint, grpc, health, registry);
        own(web::stop);
        own(new TlsReload(settings.server().get("tls"), web::reloadTls)).start();
        // Closed before the listeners: they wait for what is open, and streams would go on for ever.
        own(open);
        own(feed);
        health.start();
        reclaimer.start();
        bus.start();
    }

    /**
     * @throws StartException when a port is taken or there is no Redis to embed
     */
    public static Server start(Settings settings) {
        return start(settings, _ -> Offering.ofTools(List.of()));
    }

    /**
     * Starts with more to offer than the server's own tools.
     *
     * @param more told how to announce changes of what it offers
     * @throws StartException when a port is taken or there is no Redis to embed
     */
    public static Server start(Settings settings, Function<Changes, Offering> more) {
        Server server = new Server(settings, more);
        server.web.start();
        if (!server.web.isRunning()) {
            // Helidon has logged it, but it neither throws nor ends the process.
            server.close();
            throw new StartException(UnusablePorts.of(server.web.prototype()).message());
        }
        return server;
    }

    private static EmbeddedRedis embeddedRedis() {
        try {
            return EmbeddedRedis.start();
        } catch (IllegalStateException e) {
            throw new StartException(e.getMessage());
        }
    }

    private SigningKeys signingKeys(RedisCalls redis) {
        if (!settings.signingKeys().isEmpty()) {
            return settings::signingKeys;
        }
        SharedSigningKeys shared = own(new SharedSigningKeys(redis, redisConfig, random));
        shared.start();
        return shared;
    }

    private Offering ownTools(RedisNotes notes) {
        List<Tool> tools = new ArrayList<>();
        tools.add(new SessionInfoTool(settings.session(), clock, settings.replica()));
        tools.addAll(new NoteTools(notes).all());
        return Offering.ofTools(tools);
    }

    private McpEndpoint endpoint(Catalogue catalogue, TokenAuthenticator authenticator, Sessions sessions,
                                 Subscriptions subscriptions, SigningKeys keys, RedisBus bus, EventLog log,
                                 OpenStreams open) {
        ServerInfo info = new ServerInfo("mcp-session-server", "MCP session server", version(),
                "Sessions of this server live in Redis: any replica serves them. Notes last as long as the session.");
        int pageSize = settings.endpoint().pageSize();
        SlowCalls slowCalls = own(new SlowCalls());
        Handles handles = new Handles(sessions);
        SessionEra sessionEra = new SessionEra(sessions, new Handshake(info, catalogue),
                new SessionMethods(catalogue, pageSize, sessions, subscriptions), new RunningCalls(bus),
                new Questions(bus, settings.endpoint().questionPatience()), handles, log, slowCalls);
        StatelessEra statelessEra = new StatelessEra(
                new StatelessMethods(info, catalogue, pageSize, keys, clock), new ListenStreams(bus, open), handles,
                slowCalls);
        return new McpEndpoint(settings.endpoint(), authenticator, sessions, sessionEra, statelessEra,
                new ServerStreams(bus, log, sessions, subscriptions, open));
    }

    private WebServer web(McpEndpoint endpoint, GrpcRouting.Builder grpc, RedisHealth redis,
                          MeterRegistry registry) {
        WebServerConfig.Builder server = WebServer.builder()
                .config(settings.server())
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .addFeature(ObserveFeature.builder()
                        .endpoint("/")
                        .sockets(List.of(ADMIN))
                        .observersDiscoverServices(false)
                        .addObserver(HealthObserver.builder()
                                .details(true)
                                .useSystemServices(false)
                                .addCheck(new RedisReadiness(redis::reachable))
                                .build())
                        .addObserver(MetricsObserver.builder().meterRegistry(registry).build())
                        .build())
                .addFeature(GrpcReflectionFeature.create(reflection -> reflection
                        .enabled(settings.reflection())
                        .addSocket(INTERNAL)))
                .addRouting(grpc)
                .routing(PUBLIC, routing -> routing.register(endpoint));
        Map.copyOf(server.sockets()).forEach((name, socket) -> server.putSocket(name, listener(name, socket)));
        if (embedded()) {
            server.address(InetAddress.ofLiteral(LOOPBACK));
        }
        return server.build();
    }

    private ListenerConfig listener(String name, ListenerConfig configured) {
        ListenerConfig.Builder listener = ListenerConfig.builder(configured);
        if (name.equals(PUBLIC)) {
            // Helidon keeps a whole chunk in memory, whatever size it announces. What is only a little too large is
            // left to the endpoint, which reads it to its end so that the client reads the answer.
            listener.directHandlers(EarlyRefusals.handlers())
                    .maxPayloadSize(2L * settings.endpoint().maxBodyBytes());
        }
        if (embedded()) {
            // Not the host: a listener that was built from configuration has an address already, which wins.
            listener.address(InetAddress.ofLiteral(LOOPBACK));
        }
        return listener.build();
    }

    private boolean embedded() {
        return settings.redisMode() == Settings.RedisMode.EMBEDDED;
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    String endpoint() {
        return "http://" + address(PUBLIC) + McpEndpoint.PATH;
    }

    String address(String socket) {
        return LOOPBACK + ":" + web.port(socket);
    }

    /** The port a socket listens on. */
    public int port(String socket) {
        return web.port(socket);
    }

    String redis() {
        return redisConfig.address() + (devToken.isPresent() ? " (embedded: forgets all when this process ends)" : "");
    }

    /** User and token to try; only when embedded. */
    Optional<DevToken> devToken() {
        return devToken;
    }

    String version() {
        return Optional.ofNullable(Server.class.getPackage().getImplementationVersion()).orElse("dev");
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.getLogger(Server.class.getName()).log(System.Logger.Level.WARNING, "closing failed", e);
            }
        }
    }
}
