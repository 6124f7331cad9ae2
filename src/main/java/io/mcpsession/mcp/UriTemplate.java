package io.mcpsession.mcp;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A URI with simple variables, such as {@code notes://{name}/text} (RFC 6570, level 1). Matching takes time in proportion
 * to the lengths of URI and template: templates of other servers meet URIs of clients here, so it is no regular
 * expression, which would try every way to share a segment out among its variables.
 */
final class UriTemplate {

    /** What no value of a variable holds unencoded. */
    private static final String DELIMITERS = "/?#";

    /** One more than variables: before, between and after them. */
    private final List<Literal> literals = new ArrayList<>();
    private final List<String> variables = new ArrayList<>();

    UriTemplate(String template) {
        int literal = 0;
        for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', open + 1)) {
            int close = endOfName(template, open + 1);
            if (close > open + 1 && close < template.length() && template.charAt(close) == '}') {
                literals.add(Literal.of(template.substring(literal, open)));
                variables.add(template.substring(open + 1, close));
                literal = close + 1;
            }
        }
        literals.add(Literal.of(template.substring(literal)));
    }

    private static int endOfName(String template, int from) {
        int end = from;
        while (end < template.length() && isOfName(template.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isOfName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    /**
     * The variables of a URI that fits; empty when it does not. Where a segment can be shared out in several ways, earlier
     * variables take as much as they can.
     */
    Optional<Map<String, String>> match(String uri) {
        String first = literals.getFirst().text();
        if (variables.isEmpty()) {
            return uri.equals(first) ? Optional.of(Map.of()) : Optional.empty();
        }
        String last = literals.getLast().text();
        if (!uri.startsWith(first) || !uri.endsWith(last)) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        int end = uri.length() - last.length();
        // From the right: the last place of a literal leaves the most to the variables before it, and takes from none
        // after it what that could not do without.
        for (int i = variables.size() - 1; i >= 0; i--) {
            Literal before = literals.get(i);
            int place = i == 0 ? 0 : before.lastPlace(uri, first.length(), end - 1);
            int start = place + before.text().length();
            if (place < 0 || !put(values, variables.get(i), uri, start, end)) {
                return Optional.empty();
            }
            end = place;
        }
        return Optional.of(values);
    }

    /** Whether that part of a URI is a value. */
    private static boolean put(Map<String, String> values, String variable, String uri, int start, int end) {
        if (start >= end) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (DELIMITERS.indexOf(uri.charAt(i)) >= 0) {
                return false;
            }
        }
        try {
            // A plus sign is a plus sign in a path, unlike in a form. Of two variables of one name the last counts.
            values.putIfAbsent(variable, URLDecoder.decode(uri.substring(start, end).replace("+", "%2B"), UTF_8));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    List<String> variables() {
        return variables;
    }

    /**
     * Fixed text.
     *
     * @param borders for each length the longest shorter end of the text that ends its last so many characters as well
     *                (Knuth, Morris and Pratt, from the right): how far a search need not begin anew
     */
    private record Literal(String text, int[] borders) {

        static Literal of(String text) {
            int[] borders = new int[text.length() + 1];
            int border = 0;
            for (int length = 2; length <= text.length(); length++) {
                border = longer(text, borders, border, text.charAt(text.length() - length));
                borders[length] = border;
            }
            return new Literal(text, borders);
        }

        /** How much of the end of the text stands where a character comes before an end of that length. */
        private static int longer(String text, int[] borders, int length, char before) {
            int border = length;
            while (border > 0 && text.charAt(text.length() - 1 - border) != before) {
                border = borders[border];
            }
            return text.charAt(text.length() - 1 - border) == before ? border + 1 : border;
        }

        /** The last place of this text in a part of a URI; negative when it is not there. */
        int lastPlace(String uri, int from, int to) {
            if (text.isEmpty()) {
                return to >= from ? to : -1;
            }
            int found = 0;
            for (int i = to - 1; i >= from; i--) {
                found = longer(text, borders, found, uri.charAt(i));
                if (found == text.length()) {
                    return i;
                }
            }
            return -1;
        }
    }
}
