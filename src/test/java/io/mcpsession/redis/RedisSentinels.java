package io.mcpsession.redis;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.Matchers.is;

/** A primary with a replica, and three Sentinels that watch them. */
public final class RedisSentinels implements AutoCloseable {

    public static final String NAME = "sessions";

    private final List<RedisProcess> servers = new ArrayList<>();
    private final List<RedisProcess> sentinels = new ArrayList<>();

    /**
     * @param seen where each server is reached: its own port, or that of what stands before it
     */
    public RedisSentinels(Path folder, List<Integer> ports, List<Integer> seen, String... options) {
        for (int i = 0; i < ports.size(); i++) {
            List<String> all = new ArrayList<>(List.of("--replica-announce-ip", "127.0.0.1", "--replica-announce-port",
                    Integer.toString(seen.get(i))));
            all.addAll(List.of(options));
            if (i > 0) {
                all.addAll(List.of("--replicaof", "127.0.0.1", Integer.toString(seen.getFirst())));
            }
            servers.add(RedisProcess.server(folder.resolve("server" + i), ports.get(i), all.toArray(String[]::new)));
        }
        eventually(() -> servers.stream().skip(1).allMatch(
                server -> ((String) server.ask("INFO", "replication")).contains("master_link_status:up")), is(true));
        for (int i = 0; i < 3; i++) {
            sentinels.add(RedisProcess.sentinel(folder.resolve("sentinel" + i), RedisProcess.freePort(), NAME,
                    seen.getFirst(), 2));
        }
        eventually(() -> sentinels.stream().allMatch(RedisSentinels::knowsAll), is(true));
    }

    public RedisSentinels(Path folder) {
        this(folder, List.of(RedisProcess.freePort(), RedisProcess.freePort()));
    }

    private RedisSentinels(Path folder, List<Integer> ports) {
        this(folder, ports, ports);
    }

    private static boolean knowsAll(RedisProcess sentinel) {
        return ((List<?>) sentinel.ask("SENTINEL", "SENTINELS", NAME)).size() == 2
                && ((List<?>) sentinel.ask("SENTINEL", "REPLICAS", NAME)).size() == 1;
    }

    public List<URI> addresses() {
        return sentinels.stream().map(RedisProcess::address).toList();
    }

    public List<RedisProcess> servers() {
        return servers;
    }

    public List<RedisProcess> sentinels() {
        return sentinels;
    }

    /** Port of whom the Sentinels take for the primary. */
    public int primaryPort() {
        return Integer.parseInt((String) ((List<?>) sentinels.getFirst()
                .ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)).get(1));
    }

    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        servers.forEach(RedisProcess::close);
    }
}
