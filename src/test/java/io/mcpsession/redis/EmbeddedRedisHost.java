package io.mcpsession.redis;

import java.io.IOException;

/** A process that starts a Redis, says where, and ends without stopping it once its standard input ends. */
final class EmbeddedRedisHost {

    private EmbeddedRedisHost() {
    }

    public static void main(String[] args) throws IOException {
        System.out.println(EmbeddedRedis.start().address());
        System.in.read();
    }
}
