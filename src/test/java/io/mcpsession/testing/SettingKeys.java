package io.mcpsession.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys of {@code application.yaml} as it is written, those in comments too, with what is said above each. */
public record SettingKeys(List<Key> all) {

    private static final Path DEFAULTS = Path.of("src/main/resources/application.yaml");
    private static final Pattern LINE = Pattern.compile("( *)(# )?( *)(- )?([a-z][a-z0-9_.-]*):( .*)?");
    /** Comments also say what the values of a key mean: {@code #   strict: the specification to the letter}. */
    private static final Pattern COMMENTED_OUT = Pattern.compile(".*:( (\".*|\\d.*|true|false))?");

    /**
     * A key.
     *
     * @param name    in full, entries of lists as number 0
     * @param leaf    whether it takes a value
     * @param comment the block of comments above it and above its neighbours without one
     */
    public record Key(String name, boolean leaf, String comment) {

        /** Whether its comment says that it names a file. */
        public boolean namesAFile() {
            return leaf && comment.matches("(?s).*\\b(PEM )?[Ff]iles?\\b.*");
        }

        /** The variable that sets it. */
        public String variable() {
            return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        }
    }

    public static SettingKeys read() {
        try {
            return parse(Files.readAllLines(DEFAULTS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SettingKeys parse(List<String> lines) {
        List<Key> keys = new ArrayList<>();
        TreeMap<Integer, String> path = new TreeMap<>();
        TreeMap<Integer, Integer> items = new TreeMap<>();
        StringBuilder comment = new StringBuilder();
        boolean commenting = false;
        for (String line : lines) {
            Matcher key = LINE.matcher(line);
            if (!key.matches() || key.group(2) != null && !COMMENTED_OUT.matcher(line).matches()) {
                if (!commenting) {
                    comment.setLength(0);
                }
                commenting = true;
                comment.append(line.strip()).append('\n');
                continue;
            }
            commenting = false;
            int indent = key.group(1).length() + key.group(3).length();
            path.tailMap(indent, true).clear();
            if (key.group(4) != null) {
                String list = String.join(".", path.values());
                boolean sibling = items.containsKey(indent) && list.equals(lists(keys, indent));
                int number = sibling ? items.get(indent) + 1 : 0;
                items.put(indent, number);
                path.put(indent, Integer.toString(number));
                indent += 2;
            }
            path.put(indent, key.group(5));
            boolean leaf = key.group(6) != null && !key.group(6).isBlank();
            keys.add(new Key(String.join(".", path.values()), leaf, comment.toString()));
        }
        return new SettingKeys(keys);
    }

    private static String lists(List<Key> keys, int indent) {
        return keys.stream().map(Key::name).filter(name -> name.matches(".*\\.\\d+\\..*"))
                .reduce((_, last) -> last).map(name -> name.replaceAll("\\.\\d+\\..*", "")).orElse("");
    }
}
