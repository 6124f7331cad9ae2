package io.mcpsession.mcp.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Whether clients written in JavaScript can compile a regular expression ({@code new RegExp(text, "u")}, as JSON Schema
 * 2020-12 Core 6.4 recommends; ECMA-262, 22.2.1). Says no to some that they could: what is doubtful is not worth a list.
 * The text comes from another program, so nothing here compiles it, and each character is looked at once.
 */
final class EcmaPattern {

    private static final int LONGEST = 1000;
    private static final int MOST_DIGITS = 4;
    private static final String SYNTAX = "^$\\.*+?()[]{}|";
    private static final String CLASSES = "dDwWsS";
    private static final Set<String> PROPERTIES =
            Set.of("L", "Lu", "Ll", "Lt", "Lm", "Lo", "N", "Nd", "P", "S", "Z", "Zs", "M", "C");
    /** What stands for many characters, and so begins and ends no range of them. */
    private static final int MANY = -1;
    private static final int WRONG = -2;

    private final String text;
    private final Set<String> groups = new HashSet<>();
    /** Whether each open group looks around, so that nothing may repeat it. */
    private final Deque<Boolean> open = new ArrayDeque<>();
    private int at;

    private EcmaPattern(String text) {
        this.text = text;
    }

    static boolean compiles(String text) {
        return text.length() <= LONGEST && new EcmaPattern(text).isPattern();
    }

    private boolean isPattern() {
        while (at < text.length()) {
            if (!term()) {
                return false;
            }
        }
        return open.isEmpty();
    }

    /** Reads one thing and what repeats it. */
    private boolean term() {
        if (accept('|') || accept('^') || accept('$')) {
            return true;
        }
        if (accept('(')) {
            return group();
        }
        if (accept(')')) {
            return !open.isEmpty() && (open.pop() || quantifier());
        }
        if (accept('[')) {
            return characters() && quantifier();
        }
        if (accept('\\')) {
            return accept('b') || accept('B') || escaped() != WRONG && quantifier();
        }
        if (!accept('.')) {
            if (SYNTAX.indexOf(peek()) >= 0) {
                // Repeats nothing, or closes what is not open.
                return false;
            }
            at += Character.charCount(text.codePointAt(at));
        }
        return quantifier();
    }

    private boolean group() {
        boolean looksAround = false;
        if (accept('?')) {
            boolean behind = accept('<');
            looksAround = accept('=') || accept('!');
            if (!looksAround && !(behind ? name() : accept(':'))) {
                return false;
            }
        }
        open.push(looksAround);
        return true;
    }

    private boolean name() {
        int start = at;
        while (isLetter(peek()) || at > start && isDigit(peek())) {
            at++;
        }
        return at > start && groups.add(text.substring(start, at)) && accept('>');
    }

    /** Reads what repeats the thing before, if anything does. A second one fails as a thing. */
    private boolean quantifier() {
        if (accept('{')) {
            int least = number();
            int most = !accept(',') ? least : peek() == '}' ? Integer.MAX_VALUE : number();
            if (least < 0 || most < least || !accept('}')) {
                return false;
            }
        } else if (!accept('*') && !accept('+') && !accept('?')) {
            return true;
        }
        accept('?');
        return true;
    }

    /** Negative when there is none. */
    private int number() {
        int start = at;
        int number = 0;
        while (isDigit(peek()) && at - start < MOST_DIGITS) {
            number = number * 10 + text.charAt(at++) - '0';
        }
        return at == start ? WRONG : number;
    }

    /** Reads a class of characters after its bracket. */
    private boolean characters() {
        accept('^');
        while (!accept(']')) {
            int from = character();
            if (from == WRONG) {
                return false;
            }
            if (peek() == '-' && at + 1 < text.length() && text.charAt(at + 1) != ']') {
                at++;
                int to = character();
                if (from < 0 || to < from) {
                    return false;
                }
            }
        }
        return true;
    }

    private int character() {
        // Other flags and other languages read a class in a class, and && as what both have.
        if (at >= text.length() || peek() == '[' || text.startsWith("&&", at)) {
            return WRONG;
        }
        if (accept('\\')) {
            return accept('b') ? '\b' : accept('-') ? '-' : escaped();
        }
        int character = text.codePointAt(at);
        at += Character.charCount(character);
        return character;
    }

    /** Reads what follows a backslash. */
    private int escaped() {
        if (at >= text.length()) {
            return WRONG;
        }
        char c = text.charAt(at++);
        if (SYNTAX.indexOf(c) >= 0 || c == '/') {
            return c;
        }
        if (CLASSES.indexOf(c) >= 0) {
            return MANY;
        }
        return switch (c) {
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> '\u000B';
            case '0' -> isDigit(peek()) ? WRONG : 0;
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            case 'p', 'P' -> property();
            default -> WRONG;
        };
    }

    private int hexadecimal(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                return WRONG;
            }
            value = value * 16 + digit;
            at++;
        }
        return value;
    }

    private int property() {
        int end = accept('{') ? text.indexOf('}', at) : -1;
        if (end < 0 || !PROPERTIES.contains(text.substring(at, end))) {
            return WRONG;
        }
        at = end + 1;
        return MANY;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private boolean accept(char expected) {
        if (at < text.length() && text.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }

    /** The next character, or NUL at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }
}
