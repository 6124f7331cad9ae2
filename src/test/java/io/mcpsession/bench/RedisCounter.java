package io.mcpsession.bench;

import io.mcpsession.testing.PlainRedis;
import java.net.URI;
import java.util.regex.Pattern;

/** Counts what a Redis was sent; what its scripts do inside is not among it. */
final class RedisCounter {

    private static final Pattern SENT = Pattern.compile("cmdstat_(?:evalsha|eval):calls=(\\d+)");

    private RedisCounter() {
    }

    static long commands(URI address) {
        try (PlainRedis redis = new PlainRedis(address)) {
            return SENT.matcher(redis.call("INFO", "commandstats").orElseThrow()).results()
                    .mapToLong(match -> Long.parseLong(match.group(1))).sum();
        }
    }
}
