package io.mcpsession.upstream;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import java.util.Arrays;

/** What a call costs more through this server than straight to the one behind it. Prints p50 and p99 of both. */
public final class BridgeLatency {

    private static final String TOOL = "test_simple_text";
    private static final int WARM_UP = 3000;
    private static final int ROUNDS = 10;
    private static final int CALLS = 500;

    private BridgeLatency() {
    }

    public static void main(String[] arguments) {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                FixtureServer behind = FixtureServer.on(redis.address(), "mcp.store.redis.key-prefix", "behind")) {
            for (String era : new String[] {"session", "stateless"}) {
                try (Bridged front = Bridged.on(redis.address(), behind, era)) {
                    compare(era, behind.alice().initialized(), front.alice().initialized());
                }
            }
        }
    }

    /** In turns, so that whatever else the machine does hits both. */
    private static void compare(String era, McpClient direct, McpClient through) {
        calls(direct, WARM_UP);
        calls(through, WARM_UP);
        long[] straight = new long[ROUNDS * CALLS];
        long[] bridged = new long[ROUNDS * CALLS];
        for (int round = 0; round < ROUNDS; round++) {
            System.arraycopy(calls(direct, CALLS), 0, straight, round * CALLS, CALLS);
            System.arraycopy(calls(through, CALLS), 0, bridged, round * CALLS, CALLS);
        }
        Arrays.sort(straight);
        Arrays.sort(bridged);
        System.out.printf("upstream spoken to in the %s era: straight p50 %.2f ms p99 %.2f ms, through this server p50"
                        + " %.2f ms p99 %.2f ms%n", era, at(straight, 0.5), at(straight, 0.99), at(bridged, 0.5),
                at(bridged, 0.99));
    }

    private static long[] calls(McpClient client, int count) {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            if (client.tool(TOOL).isToolError()) {
                throw new IllegalStateException("the tool failed");
            }
            nanos[i] = System.nanoTime() - begin;
        }
        return nanos;
    }

    private static double at(long[] sorted, double share) {
        return sorted[(int) (sorted.length * share)] / 1e6;
    }
}
