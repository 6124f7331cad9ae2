package io.mcpsession.redis;

import java.util.List;
import java.util.stream.Stream;

/** What a server must be allowed in Redis, and nothing more. The README says the same. */
public final class AclRule {

    public static final String USER = "mcp";
    public static final String PASSWORD = "s3cret-of-mcp";

    /** What scripts and the server itself use; Redis checks the commands of a script like any other. */
    private static final String COMMANDS = "-@all +eval +evalsha +script|load +ping +select +time"
            + " +get +set +del +unlink +exists +rename +pexpire +pttl +scan"
            + " +hget +hset +hdel +hexists +hlen +hgetall +hmget +hscan"
            + " +sadd +srem +scard +sismember +smembers"
            + " +zadd +zrem +zscore +zcard +zcount +zrange +zrangebyscore +zrangebylex"
            + " +xadd +xread +xrange +xrevrange +wait";

    private AclRule() {
    }

    /** The words of {@code ACL SETUSER} for sessions under a key prefix. */
    public static List<String> of(Topology topology, String prefix) {
        String more = switch (topology) {
            case SINGLE, SENTINEL -> "";
            case CLUSTER -> " +cluster|nodes +asking +readonly";
            case REPLICATED -> " +info";
        };
        return Stream.concat(Stream.of("on", ">" + PASSWORD, "~" + prefix + ":*", "~redisson__timeout__set:" + prefix + ":*"),
                Stream.of((COMMANDS + more).split(" "))).toList();
    }

    static void teach(RedisProcess server, Topology topology, String prefix) {
        server.ask(Stream.concat(Stream.of("ACL", "SETUSER", USER), of(topology, prefix).stream()).toArray(String[]::new));
    }
}
