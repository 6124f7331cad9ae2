package io.mcpsession.grpc;

/**
 * Checks that a text is one JSON object (RFC 8259). The capabilities of a client are passed on as text and parsed only
 * by those who want them; this keeps out what they could not parse, without a JSON library in this package.
 */
final class JsonObjectText {

    private static final int MAX_DEPTH = 32;
    // JSON sets numbers no bound, but those who read them do: BigDecimal, for one, refuses an exponent beyond an int.
    private static final int MAX_NUMBER = 64;
    private static final int MAX_EXPONENT = 4;

    private final String text;
    private int at;

    private JsonObjectText(String text) {
        this.text = text;
    }

    /** Whether it is an object, nested at most {@value #MAX_DEPTH} deep and without absurd numbers. */
    static boolean isValid(String text) {
        JsonObjectText json = new JsonObjectText(text);
        json.space();
        return json.peek() == '{' && json.value(1) && json.at == text.length();
    }

    /** Reads a value and the space behind it. */
    private boolean value(int depth) {
        boolean valid = switch (peek()) {
            case '{' -> depth <= MAX_DEPTH && members(depth);
            case '[' -> depth <= MAX_DEPTH && elements(depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
        space();
        return valid;
    }

    private boolean members(int depth) {
        if (opensEmpty('}')) {
            return true;
        }
        do {
            space();
            if (!string()) {
                return false;
            }
            space();
            if (!accept(':')) {
                return false;
            }
            space();
            if (!value(depth + 1)) {
                return false;
            }
        } while (accept(','));
        return accept('}');
    }

    private boolean elements(int depth) {
        if (opensEmpty(']')) {
            return true;
        }
        do {
            space();
            if (!value(depth + 1)) {
                return false;
            }
        } while (accept(','));
        return accept(']');
    }

    private boolean opensEmpty(char end) {
        at++;
        space();
        return accept(end);
    }

    private boolean string() {
        if (!accept('"')) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c < ' ' || c == '\\' && !escaped()) {
                return false;
            }
        }
        return false;
    }

    private boolean escaped() {
        if (!accept('u')) {
            return at < text.length() && "\"\\/bfnrt".indexOf(text.charAt(at++)) >= 0;
        }
        for (int i = 0; i < 4; i++) {
            if ("0123456789abcdefABCDEF".indexOf(peek()) < 0) {
                return false;
            }
            at++;
        }
        return true;
    }

    private boolean number() {
        accept('-');
        if (!accept('0') && !digits(MAX_NUMBER)) {
            return false;
        }
        if (accept('.') && !digits(MAX_NUMBER)) {
            return false;
        }
        if (accept('e') || accept('E')) {
            if (!accept('+')) {
                accept('-');
            }
            return digits(MAX_EXPONENT);
        }
        return true;
    }

    private boolean digits(int most) {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return at > start && at - start <= most;
    }

    private boolean word(String word) {
        boolean found = text.startsWith(word, at);
        at += word.length();
        return found;
    }

    private void space() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
            at++;
        }
    }

    private boolean accept(char expected) {
        if (peek() != expected) {
            return false;
        }
        at++;
        return true;
    }

    /** The next character, or NUL, which no JSON text holds unescaped, at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }
}
