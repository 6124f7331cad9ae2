package io.mcpsession.redis;

import io.mcpsession.redis.GatheredCalls.Sender;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A script that several calls share a run of.
 *
 * @param confirmed whether it runs just once, and a replica gets a moment to have it too
 */
record GatheredScript(RedisCalls redis, LuaScript script, boolean confirmed) implements Sender {

    @Override
    public CompletionStage<List<Object>> send(List<Object> keys, Object[] arguments) {
        return confirmed ? redis.beginConfirmed(script, keys, arguments) : redis.begin(script, keys, arguments);
    }

    @Override
    public Optional<CompletionStage<List<Object>>> mend(List<Object> keys, Object[] arguments) {
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        // It waits for Redis more than once, and who tells of the failure is Redisson's own thread.
        Thread.startVirtualThread(() -> {
            try {
                answer.complete(redis.mended(script, keys, arguments));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return Optional.of(answer);
    }
}
