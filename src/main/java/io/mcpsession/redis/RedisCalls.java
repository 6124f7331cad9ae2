package io.mcpsession.redis;

import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.redisson.api.RBatch;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;

/** The one way to Redis: bounds every wait, measures it, and turns every failure into the core's own exception. */
public final class RedisCalls {

    /** For a command that is not about one key. */
    static final String NO_KEY = "";

    private final ScriptExecutor scripts;
    private final Entrance entrance;
    private final Duration timeout;
    private final RedisObserver observer;
    private final BoundedWait waits;
    private final Circuits circuits;
    private final FaultLog faults = new FaultLog(System::nanoTime);
    private final Confirmations confirmations;
    private final Mending mending;
    private volatile boolean connected;

    public RedisCalls(RedissonClient redisson, RedisConfig config, RedisObserver observer) {
        this.entrance = new Entrance(redisson);
        this.timeout = config.timeout();
        this.observer = observer;
        this.waits = new BoundedWait(redisson);
        this.circuits = new Circuits(config.topology(), System::nanoTime);
        this.confirmations = new Confirmations(redisson, config, System::nanoTime);
        this.scripts = new ScriptExecutor(redisson, config.layout(), confirmations);
        this.mending = new Mending(this, scripts.mending());
    }

    /** When the Redis of a key last did not answer, by {@link System#nanoTime}: it may be another one since. */
    long lastOutage(String key) {
        return circuits.of("", key).lastFailure();
    }

    /** How many parts of Redis are not asked just now, because they have not answered for a moment. */
    public int openCircuits() {
        return circuits.open();
    }

    List<Object> list(LuaScript script, List<Object> keys, Object... arguments) {
        return await(script, keys, it -> it.run(script, ReturnType.LIST, keys, arguments));
    }

    /** The same just once, for as long as may be waited for its answer. */
    List<Object> listOnce(LuaScript script, List<Object> keys, Object... arguments) {
        return await(script, keys, it -> it.once(script, ReturnType.LIST, keys, arguments));
    }

    /** The same just once, and gives a replica a moment to have it too, where one may become primary. */
    List<Object> confirmed(LuaScript script, List<Object> keys, Object... arguments) {
        return await(script, keys, it -> it.confirmed(script, ReturnType.LIST, keys, arguments));
    }

    /** The same for one command. */
    <T> T confirmed(String name, Function<RBatch, ? extends CompletionStage<T>> command) {
        return await(name, () -> confirmations.of(name, command));
    }

    /** Begins a script, for {@link #awaitShared} to wait for. */
    CompletionStage<List<Object>> begin(LuaScript script, List<Object> keys, Object... arguments) {
        return entrance.enter(() -> scripts.run(script, ReturnType.LIST, keys, arguments));
    }

    /** The same for what {@link #confirmed} does. */
    CompletionStage<List<Object>> beginConfirmed(LuaScript script, List<Object> keys, Object... arguments) {
        return entrance.enter(() -> scripts.confirmed(script, ReturnType.LIST, keys, arguments));
    }

    long number(LuaScript script, List<Object> keys, Object... arguments) {
        return this.<Long>await(script, keys, it -> it.run(script, ReturnType.LONG, keys, arguments));
    }

    /** The same for a script that would answer something else when run again after its answer was lost. */
    long numberOnce(LuaScript script, List<Object> keys, Object... arguments) {
        return this.<Long>await(script, keys, it -> it.once(script, ReturnType.LONG, keys, arguments));
    }

    /** Runs a script without waiting for it. Fails with {@link StoreUnavailableException}. */
    CompletionStage<Long> send(LuaScript script, List<Object> keys, Object... arguments) {
        return sent(script, it -> it.run(script, ReturnType.LONG, keys, arguments));
    }

    /** The same for a script that would answer something else when run again after its answer was lost. */
    CompletionStage<Long> sendOnce(LuaScript script, List<Object> keys, Object... arguments) {
        return sent(script, it -> it.once(script, ReturnType.LONG, keys, arguments));
    }

    private CompletionStage<Long> sent(LuaScript script, Function<ScriptExecutor, CompletionStage<Long>> run) {
        return begun(() -> entrance.enter(() -> run.apply(scripts))).exceptionallyCompose(failure -> {
            StoreUnavailableException unavailable = faults.unavailable(script.command(), failure);
            return unavailable instanceof WrongTypeException
                    ? begun(() -> entrance.enter(() -> mending.begin(run)))
                    : CompletableFuture.failedStage(unavailable);
        }).exceptionally(failure -> {
            throw faults.unavailable(script.command(), failure);
        });
    }

    Optional<String> text(LuaScript script, List<Object> keys, Object... arguments) {
        return Optional.ofNullable(await(script, keys, it -> it.run(script, ReturnType.VALUE, keys, arguments)));
    }

    private <T> T await(LuaScript script, List<Object> keys, Function<ScriptExecutor, CompletionStage<T>> run) {
        try {
            return await(script.command(), ScriptExecutor.first(keys), () -> run.apply(scripts));
        } catch (WrongTypeException e) {
            return mending.again(script, keys, run);
        }
    }

    /** Runs a script of {@link #begin} for one call that failed for a key of another type. */
    List<Object> mended(LuaScript script, List<Object> keys, Object... arguments) {
        faults.failed(RedisFault.WRONG_TYPE, script.command(), "it makes way");
        return mending.again(script, keys, it -> it.run(script, ReturnType.LIST, keys, arguments));
    }

    /** Waits for a command about one key, and once more after a probe when the key was of another type. */
    <T> T await(String name, Supplier<? extends CompletionStage<T>> command, Runnable probe) {
        try {
            return await(name, command);
        } catch (WrongTypeException e) {
            probe.run();
            return await(name, command);
        }
    }

    /**
     * Waits for one command.
     *
     * @param name for metrics
     * @throws StoreUnavailableException when Redis failed or did not answer in time
     */
    <T> T await(String name, Supplier<? extends CompletionStage<T>> command) {
        return await(name, NO_KEY, command);
    }

    /**
     * The same.
     *
     * @param key a key it is about: in a cluster each shard has a circuit of its own
     */
    <T> T await(String name, String key, Supplier<? extends CompletionStage<T>> command) {
        return awaitShared(name, key, () -> entrance.enter(command));
    }

    /** The same for an answer that others wait for as well: whoever asks for all of them does so by {@link #begin}. */
    <T> T awaitShared(String name, String key, Supplier<? extends CompletionStage<T>> asking) {
        StoreAllowance allowance = StoreAllowance.current();
        if (allowance.nanos() <= 0) {
            throw notAsked(name, "the request has waited for Redis as long as it may");
        }
        Circuit circuit = circuits.of(name, key);
        if (!circuit.admits()) {
            throw notAsked(name, "Redis has not answered for a moment and is asked again soon");
        }
        long bound = Math.min(timeout.toNanos(), allowance.nanos());
        long start = System.nanoTime();
        Optional<RedisFault> fault = Optional.of(RedisFault.OTHER);
        try {
            T answer = waitFor(bound, asking);
            fault = Optional.empty();
            circuit.succeeded();
            faults.answered();
            return answer;
        } catch (Throwable failure) {
            StoreUnavailableException unavailable = faults.unavailable(name, failure);
            fault = Optional.of(RedisFault.of(failure));
            if (fault.get() == RedisFault.READ_ONLY) {
                circuit.failedOver();
            } else if (fault.get().isOutage() && !cutShort(failure, bound)) {
                circuit.failed(start);
            }
            throw unavailable;
        } finally {
            long waited = System.nanoTime() - start;
            allowance.spend(waited);
            observer.called(name, waited, fault);
        }
    }

    private StoreUnavailableException notAsked(String name, String why) {
        observer.called(name, 0, Optional.of(RedisFault.NOT_ASKED));
        return new StoreUnavailableException(why, null);
    }

    /** Whether a request gave up before Redis was late: that says nothing of Redis. */
    private boolean cutShort(Throwable failure, long bound) {
        return failure instanceof TimeoutException && bound < timeout.toNanos();
    }

    /** The same for a command that waits in Redis, with a bound of its own; its time says nothing of Redis. */
    <T> T awaitFor(Duration bound, Supplier<? extends CompletionStage<T>> command) {
        try {
            return waitFor(bound.toNanos(), () -> entrance.enter(command));
        } catch (Throwable failure) {
            throw faults.unavailable("wait", failure);
        }
    }

    private <T> T waitFor(long bound, Supplier<? extends CompletionStage<T>> command) throws Throwable {
        try {
            T answer = waits.until(begun(command), bound);
            connected = true;
            return answer;
        } catch (ExecutionException e) {
            throw e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw e;
        }
    }

    private <T> CompletableFuture<T> begun(Supplier<? extends CompletionStage<T>> command) {
        if (connected) {
            try {
                return command.get().toCompletableFuture();
            } catch (RuntimeException e) {
                // Redisson throws at once when it is shut down.
                return CompletableFuture.failedFuture(e);
            }
        }
        // Until there was an answer the call itself may take long: who asks first connects, to one node after another.
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                // Whoever has given up meanwhile asks for nothing any more.
                CompletableFuture<T> begun = entrance.enter(() -> answer.isDone() ? answer : command.get())
                        .toCompletableFuture();
                answer.whenComplete((_, _) -> begun.cancel(true));
                begun.whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
