package io.mcpsession.redis;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.redisson.client.RedisAuthRequiredException;
import org.redisson.client.RedisBusyException;
import org.redisson.client.RedisClusterDownException;
import org.redisson.client.RedisException;
import org.redisson.client.RedisLoadingException;
import org.redisson.client.RedisMasterDownException;
import org.redisson.client.RedisNoScriptException;
import org.redisson.client.RedisOutOfMemoryException;
import org.redisson.client.RedisReadonlyException;
import org.redisson.client.RedisTryAgainException;
import org.redisson.client.RedisWrongPasswordException;

/** Why Redis did not do what it was asked to, told apart by what an operator has to do about it. */
public enum RedisFault {

    /** {@code maxmemory} is reached and the policy is {@code noeviction}: nothing new fits in. */
    FULL("Redis is full: raise maxmemory, or let sessions end sooner", false,
            RedisOutOfMemoryException.class, "OOM "),
    /** A replica was asked to write; it answers at once, and reads go well. */
    READ_ONLY("the Redis asked is a replica: if it stays so, the address or the mode is wrong", false,
            RedisReadonlyException.class, "READONLY "),
    /** Redis does not know us. */
    CREDENTIALS("Redis refuses user or password", true,
            RedisWrongPasswordException.class, "WRONGPASS", "NOAUTH", "ERR invalid password"),
    /** Redis knows us, but the ACL rule lacks a command or a key. */
    PERMISSION("the ACL rule of the Redis user lacks a command or a key", false, null, "NOPERM", "can't run this command", "ACL failure",
            "has no permissions"),
    /** Redis has started and reads its data. */
    LOADING("Redis is loading its data", true, RedisLoadingException.class, "LOADING "),
    /** The cluster serves no slots, or not the one asked for. */
    CLUSTER_DOWN("the cluster does not serve the slot", true,
            RedisClusterDownException.class, "CLUSTERDOWN"),
    /** A replica that lost its primary. */
    MASTER_DOWN("the Redis asked is a replica that lost its primary", true,
            RedisMasterDownException.class, "MASTERDOWN"),
    /** A slot is being moved to another node. */
    MOVING("the slot is being moved between nodes", false,
            RedisTryAgainException.class, "TRYAGAIN", "access a non local key"),
    /** A primary that may not write while too few replicas listen. */
    NO_REPLICAS("too few replicas listen (min-replicas-to-write)", false, null, "NOREPLICAS"),
    /** A primary that may not write while it cannot save what is written. */
    UNSAVED("Redis cannot save its data and takes no more: see its own log", false, null, "MISCONF"),
    /** Somebody's script has run for seconds, and nobody is served meanwhile. */
    BUSY("a script keeps Redis from all else", true, RedisBusyException.class, "BUSY "),
    /** No connection, or no answer in time. */
    UNREACHABLE("Redis does not answer", true, TimeoutException.class, "Unable to connect", "Unable to acquire",
            "response timeout", "Can't connect", "reconnected", "closed", "Node for slot", "hasn't been discovered",
            "Unable to write", "hasn't been written", "shutdown", "max number of clients reached"),
    /** Not asked at all, as it has not answered for a moment. */
    NOT_ASKED("Redis was not asked", false, null),
    /** Somebody else has written to one of our keys. It makes way. */
    WRONG_TYPE("a key of this server holds something of another type", false, null, "WRONGTYPE"),
    /** Redis is well, and what it was asked was wrong: a fault of a script. */
    COMMAND("Redis does not do what it was asked", false, null),
    /** Anything else. */
    OTHER("Redis failed", false, null);

    private static final int DEEPEST = 8;
    /**
     * Redisson's messages end with the command and its arguments: session ids, users, even the signing key, and notes that
     * may hold any text, of which nothing may be told and nothing concluded.
     */
    private static final Pattern QUOTED_COMMAND = Pattern.compile(
            "(?is)[\\s.,]*\\b(channel: \\[|command: \\(|params: \\[|with args beginning).*");

    private final String advice;
    private final boolean outage;
    private final Class<? extends Throwable> type;
    private final List<String> texts;

    RedisFault(String advice, boolean outage, Class<? extends Throwable> type, String... texts) {
        this.advice = advice;
        this.outage = outage;
        this.type = type;
        this.texts = List.of(texts);
    }

    /** What is wrong, for the log. */
    String advice() {
        return advice;
    }

    /** Whether nothing asked of this Redis will go well for now. An error about what was asked is none. */
    boolean isOutage() {
        return outage;
    }

    /** For metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The first fault that the failure or one of its causes tells of. */
    static RedisFault of(Throwable failure) {
        Throwable cause = failure;
        RedisFault last = OTHER;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++, cause = cause.getCause()) {
            RedisFault fault = named(cause);
            // "Unable to connect" may have its reason below, such as a wrong password.
            if (fault != OTHER && fault != COMMAND && fault != UNREACHABLE) {
                return fault;
            }
            last = last == OTHER || fault == UNREACHABLE ? fault : last;
        }
        return last;
    }

    private static RedisFault named(Throwable cause) {
        if (cause instanceof RedisAuthRequiredException) {
            return CREDENTIALS;
        }
        if (cause instanceof CancellationException || cause instanceof IOException) {
            // How Redisson ends a wait for a connection that cannot be had.
            return UNREACHABLE;
        }
        String message = told(cause);
        for (RedisFault fault : values()) {
            if (fault.type != null && fault.type.isInstance(cause)
                    || fault.texts.stream().anyMatch(message::contains)) {
                return fault;
            }
        }
        // What Redis answers is this very class; what becomes of a connection has others.
        return cause.getClass() == RedisException.class || cause instanceof RedisNoScriptException ? COMMAND : OTHER;
    }

    /** What a failure says, without what was asked. */
    static String told(Throwable failure) {
        return QUOTED_COMMAND.matcher(String.valueOf(failure.getMessage())).replaceFirst("");
    }
}
