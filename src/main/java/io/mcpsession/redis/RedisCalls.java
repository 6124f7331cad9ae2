package io.mcpsession.redis;

import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** The one way to Redis: bounds every wait, measures it, and turns every failure into the core's own exception. */
public final class RedisCalls {

    /** Redisson's messages end with the command and its arguments: session ids, users, even the signing key. */
    private static final Pattern QUOTED_COMMAND = Pattern.compile(
            "(?is)[\\s.,]*\\b(channel: \\[|command: \\(|params: \\[|with args beginning).*");

    private final RScript scripts;
    private final Layout layout;
    private final Duration timeout;
    private final RedisObserver observer;

    public RedisCalls(RedissonClient redisson, RedisConfig config, RedisObserver observer) {
        this.scripts = redisson.getScript(StringCodec.INSTANCE);
        this.layout = config.layout();
        this.timeout = config.timeout();
        this.observer = observer;
    }

    List<Object> list(LuaScript script, List<Object> keys, Object... arguments) {
        return await(script.command(),
                () -> scripts.evalAsync(Mode.READ_WRITE, script.text(layout), ReturnType.LIST, keys, arguments));
    }

    /** Runs a script many times over in one round trip's time, and waits for all of them as for one. */
    List<List<Object>> lists(LuaScript script, List<Invocation> invocations) {
        return await(script.command(), () -> allOf(invocations.stream()
                .map(call -> scripts.<List<Object>>evalAsync(Mode.READ_WRITE, script.text(layout), ReturnType.LIST,
                        call.keys(), call.arguments()).toCompletableFuture())
                .toList()));
    }

    private static <T> Future<List<T>> allOf(List<CompletableFuture<T>> all) {
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(_ -> all.stream().map(CompletableFuture::join).toList());
    }

    /** What one of many runs of a script is given. */
    record Invocation(List<Object> keys, Object... arguments) {
    }

    long number(LuaScript script, List<Object> keys, Object... arguments) {
        Long answer = await(script.command(),
                () -> scripts.evalAsync(Mode.READ_WRITE, script.text(layout), ReturnType.LONG, keys, arguments));
        return answer;
    }

    /** Runs a script without waiting for it. Fails with {@link StoreUnavailableException}. */
    CompletionStage<Long> send(LuaScript script, List<Object> keys, Object... arguments) {
        return scripts.<Long>evalAsync(Mode.READ_WRITE, script.text(layout), ReturnType.LONG, keys, arguments)
                .exceptionally(failure -> {
                    throw failed(failure instanceof CompletionException ? failure.getCause() : failure);
                });
    }

    Optional<String> text(LuaScript script, List<Object> keys, Object... arguments) {
        return Optional.ofNullable(await(script.command(),
                () -> scripts.evalAsync(Mode.READ_WRITE, script.text(layout), ReturnType.VALUE, keys, arguments)));
    }

    /**
     * Waits for one command.
     *
     * @param name for metrics
     * @throws StoreUnavailableException when Redis failed or did not answer in time
     */
    <T> T await(String name, Supplier<? extends Future<T>> command) {
        long start = System.nanoTime();
        boolean answered = false;
        try {
            T answer = awaitFor(timeout, command);
            answered = true;
            return answer;
        } finally {
            observer.called(name, System.nanoTime() - start, answered);
        }
    }

    /** The same for a command that waits in Redis, with a bound of its own; its time says nothing of Redis. */
    <T> T awaitFor(Duration bound, Supplier<? extends Future<T>> command) {
        Future<T> future = null;
        try {
            future = command.get();
            return future.get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw failed(e.getCause() instanceof CompletionException all ? all.getCause() : e.getCause());
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new StoreUnavailableException("Redis did not answer within " + bound, e);
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("interrupted while waiting for Redis", e);
        } catch (RuntimeException e) {
            // Redisson throws at once when it is shut down or has never reached Redis.
            throw failed(e);
        }
    }

    // Without the cause: its message holds what is cut off here, and whoever logs an exception logs its causes.
    private static StoreUnavailableException failed(Throwable failure) {
        String told = QUOTED_COMMAND.matcher(String.valueOf(failure.getMessage())).replaceFirst("");
        return new StoreUnavailableException("Redis failed: " + failure.getClass().getSimpleName() + ": " + told, null);
    }
}
