package io.mcpsession.auth;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the holder of a token may do (RFC 6749, section 3.3).
 *
 * @param unlimited whether it may do anything, whatever is named: an API token that was made without scopes
 * @param names     the scopes granted by name
 */
public record Scopes(boolean unlimited, Set<String> names) {

    public static final Scopes ALL = new Scopes(true, Set.of());
    public static final Scopes NONE = new Scopes(false, Set.of());

    private static final Pattern NAME = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,128}");

    public Scopes {
        names = Set.copyOf(names);
    }

    public static Scopes of(Collection<String> names) {
        return new Scopes(false, Set.copyOf(names));
    }

    /** Reads what a token or a person writes: names separated by blanks. */
    public static Scopes parse(String text) {
        return of(Stream.of(text.split(" +")).filter(name -> !name.isEmpty()).collect(Collectors.toSet()));
    }

    /** Whether a challenge can carry {@code name}: it goes between quotes. */
    public static boolean nameable(String name) {
        return NAME.matcher(name).matches();
    }

    public boolean cover(Collection<String> needed) {
        return unlimited || names.containsAll(needed);
    }

    /** Both, in this order and each once: as one challenge names them. */
    public static List<String> union(Collection<String> first, Collection<String> second) {
        Set<String> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    /** As {@link #parse} reads it; the names in a stable order. */
    public String text() {
        return names.stream().sorted().collect(Collectors.joining(" "));
    }
}
