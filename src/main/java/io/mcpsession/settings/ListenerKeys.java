package io.mcpsession.settings;

import io.helidon.config.Config;
import java.math.BigInteger;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;

/**
 * Checks what Helidon reads under {@code server}. Its own errors name no allowed values, and it takes any word for
 * {@code false}. Options that are not listed here are left to it.
 */
final class ListenerKeys {

    private static final Set<String> NUMBERS = Set.of("backlog", "max-payload-size", "receive-buffer-size",
            "write-buffer-size", "max-in-memory-entity", "max-prologue-length", "max-headers-size",
            "max-concurrent-streams", "max-read-buffer-size", "initial-window-size", "max-frame-size",
            "max-header-list-size", "socket-receive-buffer-size", "socket-send-buffer-size", "session-cache-size",
            "init-buffer-size");
    private static final Set<String> LIMITS = Set.of("max-tcp-connections", "max-concurrent-requests",
            "max-rapid-resets");
    private static final Set<String> FLAGS = Set.of("tcp-no-delay", "socket-keep-alive", "socket-reuse-address",
            "smart-async-writes", "enable-proxy-protocol", "use-nio", "enabled", "trust-all", "shutdown-hook",
            "validate-path", "validate-prologue", "validate-request-headers", "recv-log", "send-log");
    private static final Set<String> TIMES = Set.of("shutdown-grace-period", "read-timeout", "connect-timeout");
    private static final Set<String> PERIODS = Set.of("idle-connection-timeout", "idle-connection-period",
            "session-timeout", "rapid-reset-check-period", "flow-control-timeout");
    private static final Set<String> CLIENT_AUTH = Set.of("required", "optional", "none");
    /** Helidon keeps some of them as milliseconds in an int. */
    private static final Duration LONGEST = Duration.ofDays(24);

    private ListenerKeys() {
    }

    /**
     * @param server Helidon's own keys
     * @throws SettingsException for the first that is wrong
     */
    static void check(Config server) {
        server.traverse().filter(Config::isLeaf).forEach(leaf ->
                check(leaf.key().toString(), leaf.name(), leaf.asString().orElse("").trim()));
    }

    /** The files that are read for TLS. */
    static List<SettingFile> files(Config server) {
        return server.traverse().filter(Config::isLeaf)
                .filter(leaf -> leaf.key().toString().endsWith(".resource.path"))
                .map(leaf -> SettingFile.of(leaf.key().toString(), leaf.asString().orElse(""),
                        leaf.key().toString().contains(".pem.") ? "a PEM file" : "a key store"))
                .toList();
    }

    private static void check(String key, String name, String value) {
        if (name.equals("port")) {
            number(key, value, 0, 65_535, "");
        } else if (NUMBERS.contains(name)) {
            number(key, value, 1, Integer.MAX_VALUE, "");
        } else if (LIMITS.contains(name) && !value.equals("-1")) {
            number(key, value, 1, Integer.MAX_VALUE, ", or -1 for no limit");
        } else if (FLAGS.contains(name) && !value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            throw Keys.refused(key, value, "true or false");
        } else if (TIMES.contains(name)) {
            duration(key, value, Duration.ZERO);
        } else if (PERIODS.contains(name)) {
            duration(key, value, Duration.ofMillis(1));
        } else if (name.equals("client-auth") && CLIENT_AUTH.stream().noneMatch(value::equalsIgnoreCase)) {
            throw Keys.refused(key, value, "required, optional or none");
        }
    }

    private static void number(String key, String value, long least, long most, String otherwise) {
        if (value.matches("-?\\d{1,18}")) {
            BigInteger number = new BigInteger(value);
            if (number.compareTo(BigInteger.valueOf(least)) >= 0 && number.compareTo(BigInteger.valueOf(most)) <= 0) {
                return;
            }
        }
        throw Keys.refused(key, value, "a whole number from " + least + " to " + most + otherwise);
    }

    private static void duration(String key, String value, Duration least) {
        try {
            Duration duration = Duration.parse(value);
            if (duration.compareTo(least) >= 0 && duration.compareTo(LONGEST) <= 0) {
                return;
            }
        } catch (DateTimeParseException e) {
            // Told below, like one out of range.
        }
        throw Keys.refused(key, value, "a duration such as PT30S, from " + least + " to " + LONGEST);
    }
}
