package io.mcpsession;

import io.helidon.health.HealthCheck;
import io.helidon.http.DirectHandler;
import io.helidon.http.HttpException;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.observe.ObserveFeature;
import io.helidon.webserver.observe.health.HealthObserver;
import io.helidon.webserver.observe.metrics.MetricsObserver;
import io.helidon.webserver.spi.ProtocolConfig;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.mcpsession.connection.Newcomers;
import io.mcpsession.connection.PromptRefusals;
import io.mcpsession.grpc.GrpcApi;
import io.mcpsession.grpc.GrpcHealth;
import io.mcpsession.http.EarlyRefusals;
import io.mcpsession.http.McpEndpoint;
import io.mcpsession.http.ResourceMetadata;
import io.mcpsession.http.UndecodedBodies;
import io.mcpsession.http1.HeaderLimit;
import io.mcpsession.http1.Http1Guard;
import io.mcpsession.http1.Http2Refusal;
import io.mcpsession.http2.GrpcWire;
import io.mcpsession.http2.Http2Guard;
import io.mcpsession.listener.ListenerHealth;
import io.mcpsession.ops.HttpCalls;
import io.mcpsession.settings.HeapBudget;
import io.mcpsession.settings.Settings;
import io.mcpsession.tracing.Tracing;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The three sockets and what each serves. */
record Listeners(Settings settings, McpEndpoint endpoint, ResourceMetadata metadata, GrpcApi grpc,
                 GrpcHealth grpcHealth, HttpCalls calls, List<? extends HealthCheck> readiness, MeterRegistry registry, Tracing tracing) {

    private static final Logger LOG = System.getLogger(Listeners.class.getName());

    WebServer build() {
        ListenerHealth listening = new ListenerHealth(grpcHealth::accepting);
        GrpcRouting.Builder services = GrpcRouting.builder().config(settings.server());
        grpc.register(services);
        WebServerConfig.Builder server = WebServer.builder()
                .config(settings.server())
                .connectionSelectors(selectors(ListenerConfig.create(settings.server()).protocols(), grpc.wire(),
                        new Newcomers(Integer.MAX_VALUE, settings.heap().headers().count())))
                .maxTcpConnections((int) settings.heap().internalConnections().count())
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .addFeature(observe(listening))
                .addRouting(services)
                .routing(routing -> routing.any(GrpcOnly::refuse).error(HttpException.class, new PromptRefusals()))
                .routing(Server.ADMIN, routing -> routing.error(HttpException.class, new PromptRefusals()))
                .routing(Server.PUBLIC, routing -> {
                    tracing.http().ifPresent(routing::addFilter);
                    routing.addFilter(calls).register(endpoint).register(metadata)
                            .any(new PromptRefusals());
                });
        HeaderLimit.apply(server, DirectHandler.defaultHandler());
        Map.copyOf(server.sockets()).forEach((name, socket) -> server.putSocket(name, listener(name, socket)));
        if (embedded(settings)) {
            onLoopback(server);
        }
        LOG.log(Level.INFO, settings.heap()::toString);
        return listening.watching(server.build());
    }

    private List<ServerConnectionSelector> selectors(List<ProtocolConfig> protocols, GrpcWire wire, Newcomers newcomers) {
        List<ServerConnectionSelector> selectors = new ArrayList<>(
                Http2Guard.selectors(protocols, settings.endpoint().bodyPatience(), wire, newcomers,
                        MessageMemory.ofCalls(settings.heap())));
        if (protocols.stream().noneMatch(Http2Config.class::isInstance)) {
            selectors.add(new Http2Refusal());
        }
        return selectors;
    }

    private ObserveFeature observe(ListenerHealth listening) {
        return ObserveFeature.builder()
                .endpoint("/")
                .sockets(List.of(Server.ADMIN))
                .observersDiscoverServices(false)
                .addObserver(HealthObserver.builder()
                        .details(true)
                        .useSystemServices(false)
                        .addChecks(readiness.toArray(HealthCheck[]::new))
                        .addChecks(listening.checks().toArray(HealthCheck[]::new))
                        .build())
                .addObserver(MetricsObserver.builder().meterRegistry(registry).build())
                .build();
    }

    private ListenerConfig listener(String name, ListenerConfig configured) {
        ListenerConfig.Builder listener = ListenerConfig.builder(configured);
        if (name.equals(Server.PUBLIC) && !settings.endpoint().http2()) {
            // Else Helidon adds a protocol of its own for each that it finds.
            listener.protocolsDiscoverServices(false).protocols(Http1Guard.alone(configured.protocols()));
        }
        HeapBudget heap = settings.heap();
        int connections = (int) (name.equals(Server.PUBLIC) ? heap.publicConnections() : heap.adminConnections()).count();
        Newcomers newcomers = new Newcomers(Math.max(1, connections / 2), heap.headers().count());
        listener.connectionSelectors(selectors(listener.protocols(), GrpcApi.unserved(), newcomers))
                .maxTcpConnections(connections);
        if (name.equals(Server.PUBLIC)) {
            listener.connectionOptions(newcomers.noticedBy(configured.connectionOptions()));
        }
        HeaderLimit.apply(listener, name.equals(Server.PUBLIC) ? new EarlyRefusals() : DirectHandler.defaultHandler());
        if (name.equals(Server.PUBLIC)) {
            // Helidon keeps a whole chunk in memory, whatever size it announces. What is only a little too large is
            // left to the endpoint, which reads it to its end so that the client reads the answer.
            listener.contentEncoding(new UndecodedBodies())
                    .maxPayloadSize(2L * settings.endpoint().maxBodyBytes());
        }
        return listener.build();
    }

    /** Binds all sockets to loopback, whatever the configuration says. */
    static void onLoopback(WebServerConfig.Builder server) {
        bindToLoopback(server);
        Map.copyOf(server.sockets()).forEach((name, socket) -> {
            ListenerConfig.Builder listener = ListenerConfig.builder(socket);
            bindToLoopback(listener);
            server.putSocket(name, listener.build());
        });
    }

    /** Not by the host: a listener that was built from configuration has an address already, or is bound to another. */
    private static void bindToLoopback(ListenerConfig.BuilderBase<?, ?> listener) {
        InetAddress loopback = InetAddress.ofLiteral(Server.LOOPBACK);
        listener.address(loopback);
        if (listener.bindAddress().orElse(null) instanceof InetSocketAddress bound) {
            listener.bindAddress(new InetSocketAddress(loopback, bound.getPort()));
        }
    }

    static boolean embedded(Settings settings) {
        return settings.redisMode() == Settings.RedisMode.EMBEDDED;
    }
}
