package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.http.http2.Http2Exception;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ProtocolConfigs;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.http2.Http2UpgradeProvider;
import io.helidon.webserver.spi.ProtocolConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.mcpsession.connection.Newcomers;
import io.mcpsession.http1.Http1Guard;
import io.mcpsession.limit.ByteBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Stands between the network and Helidon's HTTP/2, and keeps from Helidon 4.5.0 what it does not survive.
 *
 * <p>Header blocks it cannot read though RFC 7541 allows them, or never comes to an end with; see {@link HeaderCodec}.
 *
 * <p>Flow control that forgets, after which a connection, with all calls of all users that come over it, stands still;
 * see {@link StreamLedger}. And threads that wait for ever, for a client that is gone or for a body that never comes;
 * see {@link StreamWatch}.
 */
public final class Http2Guard {

    private static final int LONGEST_FRAME = (1 << 24) - 1;
    /** Frames of one header block that are decoded, in bytes: more than Envoy lets through by default (60 KiB). */
    private static final long LONGEST_BLOCK = 65_536;
    /**
     * Helidon counts a stream for a moment after its end was sent, and ends the connection when its client, which has read
     * that, begins another in its place. The limit that is announced is kept here, and Helidon has a larger one.
     */
    private static final long SPARE_STREAMS = 1 << 20;

    private Http2Guard() {
    }

    /**
     * What a listener tells HTTP/2 from HTTP/1.1 with. Helidon asks these before its own, which it then never needs.
     *
     * @param protocols how the listener is configured
     * @param patience  how long a client may take to send a body; not that of a gRPC call
     * @param wire      which gRPC calls are served
     */
    public static List<ServerConnectionSelector> selectors(List<ProtocolConfig> protocols, Duration patience,
                                                           GrpcWire wire) {
        return selectors(protocols, patience, wire, Newcomers.unlimited(),
                new ByteBudget(Long.MAX_VALUE, Long.MAX_VALUE, Duration.ZERO));
    }

    /**
     * The same where connections of newcomers are counted, and what is held of what clients say.
     *
     * @param newcomers told of clients that have shown who they are; its memory is that of header blocks too
     * @param messages  memory of messages of gRPC
     */
    public static List<ServerConnectionSelector> selectors(List<ProtocolConfig> protocols, Duration patience,
                                                           GrpcWire wire, Newcomers newcomers, ByteBudget messages) {
        StreamWatch watch = new StreamWatch(patience);
        ProtocolConfigs configs = ProtocolConfigs.create(protocols);
        List<ServerConnectionSelector> selectors = new ArrayList<>();
        List<Http1Upgrader> upgraders = new ArrayList<>();
        for (Http2Config configured : of(protocols, Http2Config.class)) {
            Http2Config config = Http2Config.builder(configured).maxFrameSize(frame(configured))
                    .maxConcurrentStreams(configured.maxConcurrentStreams() + SPARE_STREAMS)
                    // Counted before frames reach Helidon, which takes every gRPC call that is given up for an attack.
                    .maxRapidResets(-1).build();
            FrameLimits limits = new FrameLimits(configured.maxFrameSize(),
                    Math.max(LONGEST_BLOCK, config.maxHeaderListSize()), configured.maxConcurrentStreams());
            Function<ConnectionContext, GuardedConnection> guard =
                    connection -> new GuardedConnection(connection, config, limits, new FrameAllowance(
                            configured.maxRapidResets(), configured.rapidResetCheckPeriod(), System::nanoTime), watch, newcomers);
            Http2ConnectionSelector.Builder http2 = Http2ConnectionSelector.builder().http2Config(config);
            of(protocols, GrpcConfig.class).forEach(grpc -> http2.addSubProtocolSelector(new GrpcSelector(grpc, wire, messages)));
            selectors.add(new Guarded(http2.build(), guard));
            upgraders.add(new GuardedUpgrade(Http2UpgradeProvider.builder().build().create(config, configs), guard));
        }
        for (Http1Config config : of(protocols, Http1Config.class)) {
            var http1 = Http1ConnectionSelector.builder().config(Http1Guard.config(config));
            upgraders.forEach(http1::addUpgrader);
            selectors.add(new Http1Guard(http1.build(), newcomers));
        }
        return selectors;
    }

    /**
     * For Helidon alone; the limit that is announced is the configured one, and kept before frames reach
     * Helidon. From this on it notes each frame that is read by itself, and not only when half of a window was.
     */
    private static int frame(Http2Config config) {
        return Math.clamp(config.initialWindowSize() / 4L + 1, config.maxFrameSize(), LONGEST_FRAME);
    }

    private static <T extends ProtocolConfig> List<T> of(List<ProtocolConfig> protocols, Class<T> type) {
        return protocols.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** HTTP/2 from the first byte, or agreed on in TLS. */
    private record Guarded(Http2ConnectionSelector http2, Function<ConnectionContext, GuardedConnection> guard)
            implements ServerConnectionSelector {

        @Override
        public int bytesToIdentifyConnection() {
            return http2.bytesToIdentifyConnection();
        }

        @Override
        public Support supports(BufferData data) {
            return http2.supports(data);
        }

        @Override
        public Set<String> supportedApplicationProtocols() {
            return http2.supportedApplicationProtocols();
        }

        @Override
        public ServerConnection connection(ConnectionContext context) {
            return guard.apply(context).served(http2::connection);
        }
    }

    /** A connection of HTTP/1.1 that becomes one of HTTP/2. */
    private record GuardedUpgrade(Http1Upgrader upgrader, Function<ConnectionContext, GuardedConnection> guard)
            implements Http1Upgrader {

        private static final HeaderName SETTINGS = HeaderNames.create("HTTP2-Settings");

        @Override
        public String supportedProtocol() {
            return upgrader.supportedProtocol();
        }

        @Override
        public ServerConnection upgrade(ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
            Optional<byte[]> settings = settings(headers);
            if (settings.isEmpty()) {
                return null;
            }
            // Helidon misreads them.
            headers.set(SETTINGS, "");
            try {
                return guard.apply(context).upgraded(settings.get()).served(it -> upgrader.upgrade(it, prologue, headers));
            } catch (Http2Exception e) {
                return null;
            }
        }

        /** Without exactly one header that can be read the request is one of HTTP/1.1 (RFC 7540, section 3.2.1). */
        private static Optional<byte[]> settings(WritableHeaders<?> headers) {
            try {
                return headers.contains(SETTINGS) && headers.get(SETTINGS).valueCount() == 1
                        ? Optional.of(Base64.getUrlDecoder().decode(headers.get(SETTINGS).get())) : Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
