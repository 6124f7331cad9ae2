package io.mcpsession.settings;

import io.helidon.config.Config;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What may be held in memory at a time, so that all of it together fits the heap. What nobody set has a share of the heap
 * ({@link Runtime#maxMemory}); what somebody set is taken as it is, and must fit beside the rest.
 *
 * @param heap                bytes of it
 * @param publicConnections   most connections of the public socket
 * @param internalConnections most of the internal socket
 * @param adminConnections    most of the admin socket
 * @param headers             bytes of headers that are longer than 4 KB and not whole, of one listener
 * @param bodies              bytes that request bodies, and what they are parsed to, take at most
 * @param upstreams           bytes of messages of the servers behind this one, while they are read
 * @param queued              bytes that wait on event streams at most
 * @param messages            bytes of messages of gRPC that are longer than 4 KB, while they are read and served
 */
public record HeapBudget(long heap, Part publicConnections, Part internalConnections, Part adminConnections, Part headers,
                         Part bodies, Part upstreams, Part queued, Part messages) {

    /**
     * What one connection of HTTP/1.1 takes before its first request is whole: buffers of 8 KB to read and to write, its
     * thread, and some of its headers.
     */
    public static final int HTTP1_CONNECTION = 20 * 1024;
    /** The same of HTTP/2, with its tables and a frame that is not whole. */
    public static final int HTTP2_CONNECTION = 64 * 1024;
    /** Classes, caches and pools: what an idle server holds. */
    private static final long IDLE = 24L << 20;

    private static final double PUBLIC_SHARE = 0.30;
    private static final double INTERNAL_SHARE = 0.06;
    private static final double HEADERS_SHARE = 0.04;
    private static final double BODIES_SHARE = 0.20;
    private static final double UPSTREAMS_SHARE = 0.14;
    private static final double QUEUED_SHARE = 0.10;
    private static final double MESSAGES_SHARE = 0.025;
    private static final int MOST_PUBLIC = 16_384;
    private static final int MOST_INTERNAL = 4096;
    private static final int ADMIN = 256;
    private static final int FEWEST = 16;

    /**
     * One of them.
     *
     * @param key   that sets it
     * @param count how many, of bytes or of connections
     * @param size  bytes of each
     * @param set   whether somebody set it
     */
    public record Part(String key, long count, int size, boolean set) {

        private long bytes() {
            return count * size;
        }
    }

    /**
     * @param heap bytes of it
     */
    static HeapBudget read(Keys keys, Config server, long heap) {
        int perConnection = keys.flag("mcp.http.http2") ? HTTP2_CONNECTION : HTTP1_CONNECTION;
        return new HeapBudget(heap,
                connections("server.sockets, max-tcp-connections of mcp", socket(server, "mcp"), perConnection,
                        share(heap, PUBLIC_SHARE, perConnection, MOST_PUBLIC)),
                connections("server.max-tcp-connections", Optional.of(server), HTTP2_CONNECTION,
                        share(heap, INTERNAL_SHARE, HTTP2_CONNECTION, MOST_INTERNAL)),
                connections("server.sockets, max-tcp-connections of admin", socket(server, "admin"), HTTP1_CONNECTION,
                        ADMIN),
                new Part("", (long) (heap * HEADERS_SHARE), 1, false),
                bytes(keys, "mcp.http.held-body-bytes", heap, BODIES_SHARE),
                new Part("", (long) (heap * UPSTREAMS_SHARE), 1, false),
                bytes(keys, "mcp.limits.open.queued-bytes", heap, QUEUED_SHARE),
                new Part("", (long) (heap * MESSAGES_SHARE), 1, false));
    }

    private static Optional<Config> socket(Config server, String name) {
        return server.get("sockets").asNodeList().orElse(List.of()).stream()
                .filter(socket -> socket.get("name").asString().orElse("").equals(name)).findFirst();
    }

    private static Part connections(String key, Optional<Config> socket, int size, long otherwise) {
        // Checked before: a whole number, or -1 for no limit, which is as many as fit.
        long set = socket.flatMap(it -> it.get("max-tcp-connections").asString().asOptional())
                .filter(value -> !value.isBlank()).map(String::trim).map(Long::parseLong).orElse(-1L);
        return set > 0 ? new Part(key, set, size, true) : new Part(key, otherwise, size, false);
    }

    private static Part bytes(Keys keys, String key, long heap, double share) {
        int set = keys.integer(key, 0, Integer.MAX_VALUE);
        return set > 0 ? new Part(key, set, 1, true) : new Part(key, (long) (heap * share), 1, false);
    }

    private static long share(long heap, double share, int size, int most) {
        return Math.clamp((long) (heap * share / size), FEWEST, most);
    }

    private List<Part> parts() {
        return List.of(publicConnections, internalConnections, adminConnections, headers, bodies, upstreams, queued,
                messages);
    }

    /**
     * To be called when a server starts, not by commands, which have another heap.
     *
     * @throws SettingsException when what is set does not fit, with the key of the largest
     */
    public void mustFit() {
        long needed = IDLE + parts().stream().mapToLong(Part::bytes).sum();
        Optional<Part> largest = parts().stream().filter(Part::set).max(Comparator.comparingLong(Part::bytes));
        if (needed <= heap || largest.isEmpty()) {
            return;
        }
        Part part = largest.get();
        long room = Math.max(0, heap - (needed - part.bytes())) / part.size();
        throw new SettingsException(part.key() + ": " + part.count() + (part.size() == 1 ? " bytes do"
                : " connections of " + part.size() + " bytes each do") + " not fit in the heap of " + heap
                + " bytes beside all else that may be held; give at most " + room
                + ", or more heap (-Xmx, or the memory of the pod, of which 60 % are the heap), or leave it out");
    }

    /** One line for the log. */
    @Override
    public String toString() {
        return "heap budget heap_bytes=" + heap
                + " public_connections=" + publicConnections.count()
                + " internal_connections=" + internalConnections.count()
                + " admin_connections=" + adminConnections.count()
                + " header_bytes=" + headers.count()
                + " body_bytes=" + bodies.count()
                + " upstream_bytes=" + upstreams.count()
                + " queued_bytes=" + queued.count()
                + " message_bytes=" + messages.count();
    }
}
