package io.mcpsession.redis;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.redisson.api.RScript.ReturnType;

/**
 * Runs scripts again that failed because a key holds something of another type. Such a key counts as absent and makes
 * way; of the sessions of a user, which an index must not miss when all of them are ended, the index is made anew.
 */
final class Mending {

    private static final String NO_TIME = "";
    private static final String START = "0";

    private final RedisCalls redis;
    private final ScriptExecutor scripts;

    /**
     * @param scripts runs those that mend
     */
    Mending(RedisCalls redis, ScriptExecutor scripts) {
        this.redis = redis;
        this.scripts = scripts;
    }

    <T> T again(LuaScript script, List<Object> keys, Function<ScriptExecutor, CompletionStage<T>> run) {
        index(script, keys).ifPresent(index -> rebuild(keys, index));
        return redis.await(script.command(), ScriptExecutor.first(keys), () -> run.apply(scripts));
    }

    /** For those who must not wait; the index of a user is not among what they ask for. */
    <T> CompletionStage<T> begin(Function<ScriptExecutor, CompletionStage<T>> run) {
        return run.apply(scripts);
    }

    /** Which of a script's keys is the index of a user. */
    private static Optional<String> index(LuaScript script, List<Object> keys) {
        return switch (script) {
            case CREATE, ANCHOR, END_ALL, LIST, COUNT_USER -> Optional.of((String) keys.get(2));
            // Who asks without being a user names no index.
            case LOOKUPS -> Optional.of((String) keys.get(4)).filter(key -> !key.equals(keys.get(2)));
            default -> Optional.empty();
        };
    }

    private void rebuild(List<Object> keys, String index) {
        String user = index.substring(index.lastIndexOf(':') + 1);
        String cursor = START;
        do {
            String from = cursor;
            cursor = redis.await(LuaScript.REINDEX.command(), index, () -> scripts.<String>run(LuaScript.REINDEX,
                    ReturnType.VALUE, List.of(keys.get(0), keys.get(1), index), NO_TIME, from, user));
        } while (!cursor.equals(START));
    }
}
