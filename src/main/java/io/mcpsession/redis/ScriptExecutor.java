package io.mcpsession.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisNoScriptException;

/** Sends scripts to Redis: repeated by Redisson for want of an answer, or not. Waits for nothing. Thread-safe. */
final class ScriptExecutor {

    private final RScript scripts;
    private final Layout layout;
    private final Confirmations confirmations;
    private final boolean mending;

    ScriptExecutor(RedissonClient redisson, Layout layout, Confirmations confirmations) {
        this(redisson.getScript(TextCodec.INSTANCE), layout, confirmations, false);
    }

    private ScriptExecutor(RScript scripts, Layout layout, Confirmations confirmations, boolean mending) {
        this.scripts = scripts;
        this.layout = layout;
        this.confirmations = confirmations;
        this.mending = mending;
    }

    /** One whose scripts have keys of another type make way. */
    ScriptExecutor mending() {
        return new ScriptExecutor(scripts, layout, confirmations, true);
    }

    private String text(LuaScript script) {
        return mending ? script.mending(layout) : script.text(layout);
    }

    /** Runs a script, and again when its answer is late. */
    <T> CompletionStage<T> run(LuaScript script, ReturnType type, List<Object> keys, Object... arguments) {
        return scripts.evalAsync(Mode.READ_WRITE, text(script), type, keys, arguments);
    }

    /** Runs a script once. */
    <T> CompletionStage<T> once(LuaScript script, ReturnType type, List<Object> keys, Object... arguments) {
        return loaded(script, keys, () -> confirmations.once(batch -> batch.getScript(TextCodec.INSTANCE)
                .evalAsync(Mode.READ_WRITE, text(script), type, keys, arguments)));
    }

    /** Runs a script once, and gives a replica a moment to have it too, where one may become primary. */
    <T> CompletionStage<T> confirmed(LuaScript script, ReturnType type, List<Object> keys, Object... arguments) {
        String shard = Circuits.tag(script.command(), first(keys));
        return loaded(script, keys, () -> confirmations.of(shard, batch -> batch.getScript(TextCodec.INSTANCE)
                .evalAsync(Mode.READ_WRITE, text(script), type, keys, arguments)));
    }

    /** In a batch Redisson does not load the script that it takes for loaded; then nothing was run. */
    private <T> CompletionStage<T> loaded(LuaScript script, List<Object> keys, Supplier<CompletionStage<T>> once) {
        return once.get().exceptionallyCompose(failure -> unwrapped(failure) instanceof RedisNoScriptException
                ? scripts.scriptLoadAsync(first(keys), text(script)).thenCompose(_ -> once.get())
                : CompletableFuture.failedStage(failure));
    }

    static String first(List<Object> keys) {
        return keys.isEmpty() ? RedisCalls.NO_KEY : (String) keys.getFirst();
    }

    static Throwable unwrapped(Throwable thrown) {
        Throwable failure = thrown;
        while (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }
}
