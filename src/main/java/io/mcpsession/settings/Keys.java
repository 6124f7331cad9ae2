package io.mcpsession.settings;

import io.helidon.config.Config;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads single keys; every error names the key, what is allowed, and the value unless it may be a secret. */
final class Keys {

    private static final int MOST_PORTS = 65_535;
    private static final Pattern ORIGIN = Pattern.compile("null|[a-z][a-z0-9+.-]*://[a-z0-9._\\[\\]:-]+");
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final Config config;
    private final List<SettingFile> files = new ArrayList<>();

    Keys(Config config) {
        this.config = config;
    }

    /**
     * Finds a value where further keys are expected, and keys or a list where a value is: merged with the defaults, they
     * would be ignored.
     */
    void mustFitTheTree() {
        config.traverse().filter(node -> node.hasValue() && !node.isLeaf()).findFirst().ifPresent(node -> {
            throw new SettingsException(named(node.key().toString()) + ": a value and further keys do not go together;"
                    + " give it as application.yaml has it, and several values as one text, separated by commas");
        });
    }

    String text(String key) {
        return config.get(key).asString().orElse("").trim();
    }

    Optional<String> optional(String key) {
        return Optional.of(text(key)).filter(value -> !value.isEmpty());
    }

    /** A list written as one text, separated by commas. */
    List<String> list(String key) {
        return Stream.of(text(key).split(",")).map(String::trim).filter(entry -> !entry.isEmpty()).toList();
    }

    /** Origins, which are compared as text. */
    Set<String> origins(String key) {
        Set<String> origins = Set.copyOf(list(key));
        origins.stream().filter(it -> !ORIGIN.matcher(it).matches()).findFirst().ifPresent(wrong -> {
            throw refused(key, wrong, "origins as browsers send them, such as https://app.example.com: without a path or a"
                    + " slash at the end, in lower case, separated by commas");
        });
        return origins;
    }

    /** Those of a list, or what stands under each name; none when the key is not there. */
    List<Config> entries(String key) {
        Config node = config.get(key);
        if (node.isLeaf()) {
            if (text(key).isEmpty()) {
                return List.of();
            }
            throw new SettingsException(named(key) + ": is one value; give entries below it, as application.yaml shows them");
        }
        return node.asNodeList().orElse(List.of());
    }

    int integer(String key, int least, int most) {
        String value = text(key);
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        throw refused(key, value, "a whole number from " + least + " to " + most);
    }

    /** The same with a value for a key that is empty. */
    int integer(String key, int otherwise, int least, int most) {
        return optional(key).isPresent() ? integer(key, least, most) : otherwise;
    }

    boolean flag(String key) {
        String value = text(key);
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(key, value, "true or false");
        };
    }

    Duration duration(String key, Duration least, Duration most) {
        String value = text(key);
        Duration duration = parse(value);
        if (duration == null || duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw refused(key, value, "a duration such as 600s, 24h or PT10M, from " + least + " to " + most);
        }
        return duration;
    }

    /** The same with a value for a key that is empty. */
    Duration duration(String key, Duration otherwise, Duration least, Duration most) {
        return optional(key).isPresent() ? duration(key, least, most) : otherwise;
    }

    private static Duration parse(String value) {
        Matcher matcher = SHORT_DURATION.matcher(value);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        try {
            return Duration.parse(value);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** The same with a value for a key that is empty. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
        return optional(key).isPresent() ? choice(key, type) : otherwise;
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        String value = text(key);
        for (E constant : type.getEnumConstants()) {
            if (name(constant).equals(value)) {
                return constant;
            }
        }
        throw refused(key, value, "one of " + String.join(", ",
                Stream.of(type.getEnumConstants()).map(Keys::name).toList()));
    }

    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** At least one; several are separated by commas. */
    List<URI> addresses(String key, List<String> schemes) {
        List<URI> addresses = list(key).stream().map(value -> address(key, value, schemes)).toList();
        if (addresses.isEmpty()) {
            throw refused(key, text(key), forms(schemes));
        }
        return addresses;
    }

    private URI address(String key, String value, List<String> schemes) {
        try {
            URI uri = URI.create(value);
            // A database at its end would be ignored.
            if (schemes.contains(String.valueOf(uri.getScheme())) && uri.getHost() != null && uri.getPort() > 0
                    && uri.getPort() <= MOST_PORTS && List.of("", "/").contains(uri.getPath()) && uri.getQuery() == null
                    && uri.getFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw refused(key, value, forms(schemes));
    }

    private static String forms(List<String> schemes) {
        return String.join(" or ", schemes.stream().map(scheme -> scheme + "://host:port").toList());
    }

    /** An address without a query: what is compared as text, or asked for a document. */
    URI url(String key, String value, List<String> schemes) {
        try {
            URI uri = URI.create(value);
            if (schemes.contains(String.valueOf(uri.getScheme())) && uri.getHost() != null && uri.getQuery() == null
                    && uri.getFragment() == null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw refused(key, value, "a URL such as " + schemes.getFirst() + "://host/path");
    }

    /**
     * A file, which is not looked at yet; empty when the key is.
     *
     * @param holds what must be in it, for the error
     */
    Optional<Path> file(String key, String holds) {
        return optional(key).map(value -> {
            SettingFile file = SettingFile.of(key, value, holds);
            files.add(file);
            return file.path();
        });
    }

    /** All that were asked for so far. */
    List<SettingFile> files() {
        return List.copyOf(files);
    }

    static SettingsException refused(String key, String value, String allowed) {
        return new SettingsException(named(key) + ": \"" + ShownValue.of(key, value) + "\" is not allowed; give "
                + allowed);
    }

    /** The key with the variable that sets it. */
    static String named(String key) {
        String variable = ConfigSourcesInOrder.variable(key);
        return variable.equals(key) ? key : key + " (" + variable + ")";
    }
}
