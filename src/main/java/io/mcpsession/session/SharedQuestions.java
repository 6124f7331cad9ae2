package io.mcpsession.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Asks once for all who want the same answer at the same moment: each asking after the other, the last would wait for
 * every time-out before. Nobody's {@link StoreAllowance} bounds the question, and each waits as long as its own lets it.
 * Thread-safe.
 */
public final class SharedQuestions<K, V> {

    private final ConcurrentMap<K, CompletableFuture<V>> asked = new ConcurrentHashMap<>();

    /**
     * @param question asks the store, which has a bound for the call; must keep its answer where the next looks for it
     *                 before they ask
     * @throws StoreUnavailableException when no answer comes in time
     * @throws RuntimeException what the question failed with
     */
    public V ask(K what, Supplier<V> question) {
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> others = asked.putIfAbsent(what, mine);
        if (others == null) {
            Thread.ofVirtual().name("store-question").start(() -> answer(what, question, mine));
        }
        return StoreAllowance.current().await(others == null ? mine : others);
    }

    private void answer(K what, Supplier<V> question, CompletableFuture<V> answer) {
        try {
            V value = question.get();
            asked.remove(what);
            answer.complete(value);
        } catch (RuntimeException | Error e) {
            asked.remove(what);
            answer.completeExceptionally(e);
        }
    }
}
