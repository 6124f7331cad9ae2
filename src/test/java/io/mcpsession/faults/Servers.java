package io.mcpsession.faults;

import io.mcpsession.redis.AclRule;
import io.mcpsession.redis.RedisCluster;
import io.mcpsession.redis.RedisProcess;
import io.mcpsession.redis.RedisSentinels;
import io.mcpsession.redis.Topology;
import io.mcpsession.testing.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.is;

/** Redis in one of its modes, each server behind a proxy and for a user with no more rights than needed. */
final class Servers implements AutoCloseable {

    private static final String PREFIX = "mcp";

    private final Topology topology;
    private final Path folder;
    private final Map<Integer, TcpProxy> proxies = new LinkedHashMap<>();
    private final List<RedisProcess> redis = new ArrayList<>();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final List<URI> addresses;
    private RedisCluster cluster;
    private RedisSentinels sentinels;

    Servers(Topology topology, Path folder) {
        this.topology = topology;
        this.folder = folder;
        String[] options = Stream.concat(Stream.of("--appendonly", "yes", "--user", AclRule.USER),
                AclRule.of(topology, PREFIX).stream()).toArray(String[]::new);
        this.addresses = switch (topology) {
            case SINGLE -> {
                List<Integer> ports = ports(1);
                redis.add(RedisProcess.server(folder.resolve("0"), ports.getFirst(), options));
                yield seen(ports);
            }
            case REPLICATED -> {
                List<Integer> ports = ports(2);
                redis.add(RedisProcess.server(folder.resolve("0"), ports.getFirst(), options));
                redis.add(RedisProcess.server(folder.resolve("1"), ports.get(1), Stream.concat(Stream.of("--replicaof",
                        "127.0.0.1", ports.getFirst().toString()), Stream.of(options)).toArray(String[]::new)));
                eventually(() -> ((String) redis.get(1).ask("INFO", "replication")).contains("master_link_status:up"),
                        is(true));
                yield seen(ports);
            }
            case SENTINEL -> {
                List<Integer> ports = ports(2);
                sentinels = new RedisSentinels(folder, ports, ports.stream().map(this::seen).toList(), options);
                parts.add(sentinels);
                redis.addAll(sentinels.servers());
                yield sentinels.addresses();
            }
            case CLUSTER -> {
                cluster = new RedisCluster(folder, 3, ports(6), this::seen, options);
                parts.add(cluster);
                redis.addAll(cluster.nodes());
                yield cluster.addresses();
            }
        };
    }

    private List<Integer> ports(int number) {
        List<Integer> ports = Stream.generate(RedisProcess::freePort).distinct().limit(number).toList();
        ports.forEach(port -> proxies.put(port, new TcpProxy(port)));
        return ports;
    }

    private int seen(int port) {
        return proxies.get(port).port();
    }

    private List<URI> seen(List<Integer> ports) {
        return ports.stream().map(port -> URI.create("redis://127.0.0.1:" + seen(port))).toList();
    }

    /** Settings of a server on them. */
    Map<String, String> settings() {
        Map<String, String> keys = new HashMap<>();
        keys.put("mcp.store.redis.mode", topology.name().toLowerCase(Locale.ROOT));
        keys.put("mcp.store.redis.address", addresses.stream().map(URI::toString).collect(Collectors.joining(",")));
        keys.put("mcp.store.redis.master-name", RedisSentinels.NAME);
        keys.put("mcp.store.redis.user", AclRule.USER);
        keys.put("mcp.store.redis.password", AclRule.PASSWORD);
        return keys;
    }

    /** Does it, and takes it back if it is one that passes. */
    void suffer(Fault fault) {
        RedisProcess primary = redis.getFirst();
        TcpProxy link = proxies.get(primary.port());
        switch (fault) {
            case STOP -> {
                primary.stop();
                wait(3);
                primary.start();
            }
            case KILL -> {
                primary.kill();
                wait(3);
                primary.start();
            }
            case PAUSE -> {
                primary.hold();
                wait(10);
                primary.resume();
            }
            case DELAY -> {
                proxies.values().forEach(proxy -> proxy.delay(250));
                wait(8);
                proxies.values().forEach(TcpProxy::heal);
            }
            case SLOW_LINK -> {
                link.slow(20_000);
                wait(8);
                link.heal();
            }
            case HALF_OPEN -> {
                link.holdAll();
                wait(8);
                link.heal();
            }
            case CUT_ANSWERS -> {
                link.holdAnswers();
                wait(8);
                link.heal();
            }
            case FULL -> {
                redis.forEach(one -> one.ask("CONFIG", "SET", "maxmemory", "1"));
                wait(5);
                redis.forEach(one -> one.ask("CONFIG", "SET", "maxmemory", "0"));
            }
            case WRONG_ACL -> {
                redis.forEach(one -> changePassword(one, "changed"));
                wait(5);
                redis.forEach(one -> changePassword(one, AclRule.PASSWORD));
            }
            case FAILOVER -> {
                primary.kill();
                if (topology == Topology.REPLICATED) {
                    redis.get(1).ask("REPLICAOF", "NO", "ONE");
                }
            }
            case SLOT_MOVE -> moveSlots();
            case FLUSHALL -> redis.stream().filter(Servers::isPrimary).forEach(one -> one.ask("FLUSHALL"));
            case EMPTY_RESTART -> {
                primary.kill();
                forget(primary);
                primary.start();
            }
        }
    }

    private static boolean isPrimary(RedisProcess one) {
        return one.ask("ROLE").toString().contains("master");
    }

    private static void changePassword(RedisProcess one, String password) {
        one.ask("ACL", "SETUSER", AclRule.USER, "resetpass", ">" + password);
        // Who was let in stays in: Redis asks for the password only at the door.
        one.ask("CLIENT", "KILL", "USER", AclRule.USER);
    }

    private void moveSlots() {
        int moved = 0;
        for (int partition = 0; moved < 4; partition++) {
            String sessions = PREFIX + ":session:{" + partition + "}";
            int slot = RedisCluster.slotOf(cluster.primary(0), sessions);
            RedisProcess from = cluster.ownerOf(slot, cluster.primary(0));
            if (from.ask("EXISTS", sessions).equals(0L)) {
                continue;
            }
            moved++;
            RedisProcess to = from == cluster.primary(0) ? cluster.primary(1) : cluster.primary(0);
            cluster.move(slot, from, to, () -> wait(1));
        }
    }

    private void forget(RedisProcess one) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).filter(file -> file.toString().contains(one.folder()))
                    .filter(file -> file.toString().contains("appendonly") || file.toString().endsWith(".rdb")).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void wait(int seconds) {
        long until = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable part : parts) {
            part.close();
        }
        redis.forEach(RedisProcess::close);
        proxies.values().forEach(TcpProxy::close);
    }
}
