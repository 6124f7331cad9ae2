package io.mcpsession;

import io.helidon.config.Config;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Metrics;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.grpc.GrpcReflectionFeature;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import io.mcpsession.auth.TokenAuthenticator;
import io.mcpsession.http.EarlyRefusals;
import io.mcpsession.http.McpEndpoint;
import io.mcpsession.mcp.Handshake;
import io.mcpsession.mcp.ServerInfo;
import io.mcpsession.mcp.SessionMethods;
import io.mcpsession.mcp.Tool;
import io.mcpsession.mcp.Tools;
import io.mcpsession.ops.AuditLog;
import io.mcpsession.ops.Meters;
import io.mcpsession.ops.RedisReadiness;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.redis.MapCacheSessionStore;
import io.mcpsession.redis.Reclaimer;
import io.mcpsession.redis.RedisCalls;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisHealth;
import io.mcpsession.redis.RedisNotes;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.RedisTokenStore;
import io.mcpsession.redis.SharedSigningKeys;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionObservers;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKeys;
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
import java.util.concurrent.TimeUnit;
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
    private final RedisConfig redisConfig;
    private final Optional<DevToken> devToken;
    private final WebServer web;

    private Server(Settings settings) {
        Config.global(settings.server());
        this.settings = settings;
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        MeterRegistry registry = Metrics.globalRegistry();
        Meters meters = new Meters(registry);

        this.redisConfig = embedded()
                ? settings.redis().at(own(embeddedRedis()).address())
                : settings.redis();
        this.devToken = embedded() ? Optional.of(DevToken.of(settings.dev(), random)) : Optional.empty();

        RedissonClient redisson = RedisClient.open(redisConfig);
        // By default Redisson waits up to 10 s for answers that an outage of Redis has left open.
        own(() -> redisson.shutdown(0, 1, TimeUnit.SECONDS));
        RedisCalls redis = new RedisCalls(redisson, redisConfig.timeout(), meters::redisCalled);
        RedisHealth health = own(new RedisHealth(redisson, redis, clock));
        Reclaimer reclaimer = own(new Reclaimer(redis, redisConfig, RedisTime.server()));

        SessionIds ids = new SessionIds(signingKeys(redisson, redis, random), random, clock);
        Sessions sessions = new Sessions(
                new MapCacheSessionStore(redis, redisConfig, settings.session(), RedisTime.server()), ids,
                new SessionObservers(meters, new AuditLog()));
        RedisNotes notes = new RedisNotes(redisson, redis, redisConfig, settings.session(), RedisTime.server());

        List<Tool> tools = new ArrayList<>(new NoteTools(notes).all());
        tools.addFirst(new SessionInfoTool(settings.session(), clock, settings.replica()));
        ServerInfo info = new ServerInfo("mcp-session-server", "MCP session server", version(),
                "Sessions of this server live in Redis: any replica serves them. Notes last as long as the session.");
        TokenAuthenticator authenticator = new TokenAuthenticator(
                devToken.map(token -> token.besides(settings.tokens())).orElse(settings.tokens()),
                new RedisTokenStore(redisson, redis, redisConfig), clock);
        McpEndpoint endpoint = new McpEndpoint(settings.endpoint(), authenticator, sessions, new Handshake(info),
                new SessionMethods(new Tools(tools)));

        this.web = web(endpoint, health, registry);
        own(web::stop);
        health.start();
        reclaimer.start();
    }

    /**
     * @throws StartException when a port is taken or there is no Redis to embed
     */
    public static Server start(Settings settings) {
        Server server = new Server(settings);
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

    private SigningKeys signingKeys(RedissonClient redisson, RedisCalls redis, SecureRandom random) {
        if (!settings.signingKeys().isEmpty()) {
            return settings::signingKeys;
        }
        SharedSigningKeys shared = own(new SharedSigningKeys(redisson, redis, redisConfig, random));
        shared.start();
        return shared;
    }

    private WebServer web(McpEndpoint endpoint, RedisHealth redis, MeterRegistry registry) {
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
