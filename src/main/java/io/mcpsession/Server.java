package io.mcpsession;

import io.helidon.metrics.api.MeterRegistry;
import io.helidon.service.registry.Services;
import io.helidon.webserver.WebServer;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.TokenAuthenticator;
import io.mcpsession.grpc.GrpcApi;
import io.mcpsession.grpc.GrpcCalls;
import io.mcpsession.grpc.GrpcHealth;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.http.McpEndpoint;
import io.mcpsession.http.OpenStreams;
import io.mcpsession.http.SlowCalls;
import io.mcpsession.http.TokenWatch;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.limit.SharedPermits;
import io.mcpsession.mcp.BusChanges;
import io.mcpsession.mcp.LiveCatalogue;
import io.mcpsession.mcp.RequiredScopes;
import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.mcp.StreamEnder;
import io.mcpsession.mcp.Subscriptions;
import io.mcpsession.ops.AuditLog;
import io.mcpsession.ops.Drain;
import io.mcpsession.ops.HttpCalls;
import io.mcpsession.ops.Meters;
import io.mcpsession.ops.RedisReadiness;
import io.mcpsession.ops.TlsReload;
import io.mcpsession.redis.AgreedSettings;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.redis.Endings;
import io.mcpsession.redis.Reclaimer;
import io.mcpsession.redis.RedisBus;
import io.mcpsession.redis.RedisCalls;
import io.mcpsession.redis.RedisClient;
import io.mcpsession.redis.RedisConfig;
import io.mcpsession.redis.RedisFault;
import io.mcpsession.redis.RedisHealth;
import io.mcpsession.redis.RedisNotes;
import io.mcpsession.redis.RedisPermits;
import io.mcpsession.redis.RedisSessionFeed;
import io.mcpsession.redis.RedisSessionLedger;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisSubscriptions;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.RedisTokenStore;
import io.mcpsession.redis.RevokedTokens;
import io.mcpsession.redis.SharedSigningKeys;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.SessionCeiling;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionObservers;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKeys;
import io.mcpsession.session.SteadyClock;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.settings.Settings;
import io.mcpsession.tracing.Tracing;
import io.mcpsession.upstream.CollisionException;
import io.mcpsession.upstream.SessionEnds;
import io.mcpsession.upstream.Upstreams;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

    static final String LOOPBACK = "127.0.0.1";

    private final Resources parts;
    private final Settings settings;
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private final RedisConfig redisConfig;
    private final Optional<DevToken> devToken;
    private final Drain drain;
    private final Upstreams upstreams;
    private final WebServer web;

    private Server(Resources parts, Settings settings, Function<Changes, Offering> more, Tracing tracing) {
        this.parts = parts;
        this.settings = settings;
        own(tracing);
        MeterRegistry registry = Services.get(MeterRegistry.class);
        Meters meters = new Meters(registry);
        boolean embedded = Listeners.embedded(settings);
        this.redisConfig = embedded
                ? settings.redis().at(own(StartException.unless(EmbeddedRedis::start)).address())
                : settings.redis();
        this.devToken = embedded ? Optional.of(DevToken.of(settings.dev(), random)) : Optional.empty();

        RedissonClient redisson = StartException.unless(() -> RedisClient.open(redisConfig));
        // Redisson waits 10 s by default for answers an outage left open.
        own(() -> redisson.shutdown(0, 1, TimeUnit.SECONDS));
        RedisCalls redis = new RedisCalls(redisson, redisConfig,
                tracing.besides((command, nanos, fault) ->
                        meters.redisCalled(command, nanos, fault.map(RedisFault::label))));
        RedisHealth health = own(new RedisHealth(redis, clock));
        RedisBus bus = own(new RedisBus(redisson, redis, redisConfig));
        SigningKeys keys = settings.signingKeys().isEmpty()
                ? own(new SharedSigningKeys(redis, redisConfig, random)).start()
                : settings::signingKeys;

        Joining joining = new Joining(health, own(new AgreedSettings(redisson, redis, redisConfig, keys,
                settings.signingKeys().isEmpty(), settings.replica(), random)));

        SessionLimits limits = settings.session();
        Endings endings = own(new Endings(redis, redisConfig, limits, RedisTime.server()));
        SessionStore store = new RedisSessionStore(redis, redisConfig, limits, RedisTime.server(), endings);
        SessionCeiling ceiling = new SessionCeiling(limits.total());
        Reclaimer reclaimer = own(new Reclaimer(redis, redisConfig, RedisTime.server(),
                () -> ceiling.update(store.count())));
        meters.living(ceiling::living);
        meters.skew(health::skew);
        SessionIds ids = new SessionIds(keys, random, clock, redisConfig.layout().isOriginal());
        SteadyClock steady = new SteadyClock();
        AuditLog audit = new AuditLog(settings.replica(), steady, tracing::traceId);
        SessionObservers observers = new SessionObservers(meters, audit, new StreamEnder(bus));
        Sessions sessions = new Sessions(store, ids, settings.policy(), ceiling, observers);
        McpAssembly mcp = new McpAssembly(settings, clock, steady, version(), tracing);
        Authenticator authenticator = mcp.authenticator(new TokenAuthenticator(
                devToken.map(token -> token.besides(settings.tokens())).orElse(settings.tokens()),
                new RedisTokenStore(redisson, redis, redisConfig, own(new RevokedTokens(redis, redisConfig)).start()),
                clock));
        Deadlines deadlines = own(new Deadlines());
        Changes changes = new BusChanges(bus);
        RedisSubscriptions wanted = new RedisSubscriptions(redis, redisConfig, limits, RedisTime.server());
        Relay relay = Relay.on(bus, redis, redisConfig);
        SessionOutbox clients = own(mcp.clients(relay, wanted));
        SessionLedger ledger = new RedisSessionLedger(redis, redisConfig, limits);
        this.upstreams = own(mcp.upstreams(mcp.local(
                new RedisNotes(redis, redisConfig, limits, RedisTime.server()), more.apply(changes), changes),
                sessions, ledger, deadlines, changes, clients));
        LiveCatalogue catalogue = upstreams.catalogue();
        Subscriptions subscriptions = new Subscriptions(wanted, bus, catalogue, upstreams);
        RequiredScopes scopes = new RequiredScopes(catalogue);
        OpenStreams open = mcp.openStreams();
        SharedPermits permits = new RedisPermits(redis, redisConfig, RedisTime.server());
        McpEndpoint endpoint = mcp.endpoint(catalogue, mcp.toolLimits(permits, deadlines),
                mcp.callers(authenticator, scopes, meters.and(audit), permits), own(new TokenWatch(authenticator)),
                sessions, subscriptions, keys, relay, open, own(new SlowCalls()), clients, upstreams);
        RedisSessionFeed feed = new RedisSessionFeed(redisson, redis, redisConfig, RedisTime.server());
        GrpcHealth grpcHealth = new GrpcHealth();
        GrpcCalls grpcCalls = InternalApi.calls(settings, permits, steady);
        HttpCalls httpCalls = new HttpCalls(meters::answered);
        InternalApi internal = new InternalApi(settings, sessions, new TrustedSessions(store, ids, ceiling, observers),
                ids, clock, tracing);
        GrpcApi grpc = internal.api(authenticator, grpcHealth, grpcCalls, feed);
        health.follow(_ -> grpcHealth.serving(joining.ready()));
        this.drain = new Drain(settings.drain(), List.of(grpcHealth::leave, httpCalls::leave),
                List.of(open::close, feed::close, grpcCalls::endStreams),
                () -> httpCalls.inFlight() + grpcCalls.inFlight());
        meters.running(httpCalls::inFlight, grpcCalls::inFlight, open::count);
        meters.reachable(health::reachable);
        meters.openCircuits(redis::openCircuits);
        meters.endingsRepeated(endings::repeated);
        meters.upstreams(upstreams.names(), upstreams::reachable, upstreams::leftOut);
        this.web = new Listeners(settings, endpoint, mcp.metadata(scopes), grpc,
                grpcHealth, httpCalls, List.of(new RedisReadiness(joining::ready), drain), registry, tracing).build();
        own(web::stop);
        own(new TlsReload(settings.server().get("tls"), web::reloadTls)).start();
        joining.start();
        internal.warmUp(authenticator, feed, random, health::reachable);
        reclaimer.start();
        endings.start();
        bus.start();
        if (!settings.bridge().upstreams().isEmpty()) {
            own(new SessionEnds(feed, ledger, upstreams)).start();
        }
    }

    /** With the server's own tools only. */
    public static Server start(Settings settings) {
        return start(settings, _ -> Offering.ofTools(List.of()));
    }

    /**
     * Starts with more to offer.
     *
     * @param more told how to announce changes of what it offers
     * @throws StartException when it cannot, with the reason; nothing stays open
     */
    public static Server start(Settings settings, Function<Changes, Offering> more) {
        return start(settings, more, Tracing.of(settings.tracing(), settings.replica()));
    }

    /** Traced as tests want it. */
    public static Server start(Settings settings, Function<Changes, Offering> more, Tracing tracing) {
        settings.filesMustBeReadable();
        InternalApi.mustBeGuarded(settings, ListenerCheck.read(settings));
        Resources parts = new Resources();
        try {
            Server server = new Server(parts, settings, more, tracing);
            server.listen();
            return server;
        } catch (RuntimeException | Error e) {
            // What was opened would keep the process running.
            parts.close();
            throw e;
        }
    }

    private void listen() {
        try {
            // Before anybody can see the lists.
            upstreams.start();
        } catch (CollisionException e) {
            throw new StartException(e.getMessage());
        }
        web.start();
        if (!web.isRunning()) {
            // Somebody took a port in between.
            throw UnusablePorts.of(web.prototype()).failure();
        }
        // Who never listened has nothing to drain, and need not wait.
        own(drain);
    }

    private <T extends AutoCloseable> T own(T part) {
        return parts.own(part);
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
        return redisConfig.where() + (devToken.isPresent() ? " (embedded: forgets all when this process ends)" : "");
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
        parts.close();
    }
}
