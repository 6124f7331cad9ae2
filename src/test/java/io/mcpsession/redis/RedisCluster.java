package io.mcpsession.redis;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;

/** A Redis Cluster of real servers: some primaries, each with one replica. */
public final class RedisCluster implements AutoCloseable {

    private static final int SLOTS = 16384;

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final int primaries;
    private final IntUnaryOperator seen;

    /**
     * @param seen    where a node with this port is reached: there, or at what stands before it
     * @param options of each node
     */
    public RedisCluster(Path folder, int primaries, List<Integer> ports, IntUnaryOperator seen, String... options) {
        this.primaries = primaries;
        this.seen = seen;
        for (int port : ports) {
            String[] all = Stream.concat(Stream.of("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
                    "--cluster-node-timeout", "1500", "--cluster-replica-validity-factor", "0",
                    "--cluster-require-full-coverage", "no", "--cluster-announce-ip", "127.0.0.1",
                    "--cluster-announce-port", Integer.toString(seen.applyAsInt(port)),
                    "--cluster-announce-bus-port", Integer.toString(port + 10_000)), Arrays.stream(options))
                    .toArray(String[]::new);
            nodes.add(RedisProcess.server(folder.resolve(Integer.toString(port)), port, all));
        }
        form();
    }

    public RedisCluster(Path folder) {
        this(folder, 3, Stream.generate(RedisProcess::freePort).distinct().limit(6).toList(), IntUnaryOperator.identity());
    }

    private void form() {
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).ask("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        }
        for (int i = 0; i < primaries; i++) {
            int share = i;
            nodes.get(i).ask(Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), IntStream.range(0, SLOTS)
                    .filter(slot -> slot * primaries / SLOTS == share).mapToObj(Integer::toString))
                    .toArray(String[]::new));
        }
        for (RedisProcess node : nodes) {
            node.ask("CLUSTER", "MEET", "127.0.0.1", Integer.toString(nodes.getFirst().port()));
        }
        eventually(() -> nodes.stream().allMatch(node -> known(node) == nodes.size()), is(true));
        for (int i = primaries; i < nodes.size(); i++) {
            nodes.get(i).ask("CLUSTER", "REPLICATE", idOf(nodes.get(i % primaries)));
        }
        eventually(() -> nodes.stream().allMatch(RedisCluster::isWell), is(true));
        eventually(() -> nodes.stream().skip(primaries).filter(node -> info(node).contains("master_link_status:up"))
                .count(), is((long) nodes.size() - primaries));
    }

    private static long known(RedisProcess node) {
        return ((String) node.ask("CLUSTER", "NODES")).lines().filter(line -> !line.contains("handshake")).count();
    }

    private static boolean isWell(RedisProcess node) {
        String info = (String) node.ask("CLUSTER", "INFO");
        return info.contains("cluster_state:ok") && info.contains("cluster_slots_assigned:" + SLOTS);
    }

    private static String info(RedisProcess node) {
        return (String) node.ask("INFO", "replication");
    }

    public static String idOf(RedisProcess node) {
        return (String) node.ask("CLUSTER", "MYID");
    }

    public List<URI> addresses() {
        return nodes.stream().map(node -> URI.create("redis://127.0.0.1:" + seen.applyAsInt(node.port()))).toList();
    }

    public List<RedisProcess> nodes() {
        return nodes;
    }

    public RedisProcess primary(int number) {
        return nodes.get(number);
    }

    public RedisProcess replica(int number) {
        return nodes.get(primaries + number);
    }

    /** Who serves a slot just now, as the given node sees it. */
    public RedisProcess ownerOf(int slot, RedisProcess asked) {
        for (Object range : (List<?>) asked.ask("CLUSTER", "SLOTS")) {
            List<?> parts = (List<?>) range;
            if ((Long) parts.get(0) <= slot && slot <= (Long) parts.get(1)) {
                long port = (Long) ((List<?>) parts.get(2)).get(1);
                return nodes.stream().filter(node -> seen.applyAsInt(node.port()) == port).findFirst().orElseThrow();
            }
        }
        throw new AssertionError("nobody serves slot " + slot);
    }

    public static int slotOf(RedisProcess node, String key) {
        return Math.toIntExact((Long) node.ask("CLUSTER", "KEYSLOT", key));
    }

    /** Moves a slot with all its keys, as {@code redis-cli --cluster reshard} does. */
    public void move(int slot, RedisProcess from, RedisProcess to, Runnable halfWay) {
        String number = Integer.toString(slot);
        to.ask("CLUSTER", "SETSLOT", number, "IMPORTING", idOf(from));
        from.ask("CLUSTER", "SETSLOT", number, "MIGRATING", idOf(to));
        halfWay.run();
        List<?> keys = (List<?>) from.ask("CLUSTER", "GETKEYSINSLOT", number, "10");
        while (!keys.isEmpty()) {
            from.ask(Stream.concat(Stream.of("MIGRATE", "127.0.0.1", Integer.toString(to.port()), "", "0", "5000", "KEYS"),
                    keys.stream().map(String.class::cast)).toArray(String[]::new));
            keys = (List<?>) from.ask("CLUSTER", "GETKEYSINSLOT", number, "10");
        }
        for (RedisProcess node : List.of(to, from)) {
            node.ask("CLUSTER", "SETSLOT", number, "NODE", idOf(to));
        }
        for (RedisProcess node : nodes) {
            try {
                node.ask("CLUSTER", "SETSLOT", number, "NODE", idOf(to));
            } catch (IllegalStateException e) {
                // A replica hears of it from others.
            }
        }
        eventually(() -> nodes.stream().filter(node -> ownerOf(slot, node) == to).count(),
                is(greaterThanOrEqualTo((long) nodes.size())));
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }
}
