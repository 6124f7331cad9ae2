package io.mcpsession.jsonrpc;

/**
 * About how much memory the values of a JSON text take, in bytes: those of the provider's classes and the JDK's maps and
 * lists on a heap below 32 GB, as measured.
 *
 * <p>Weighs a long text before anything is made of it, so that its memory is asked for at once: requests that wait for each
 * other half made would wait in vain. What is no JSON weighs something too, and fails when it is parsed.
 */
final class JsonWeight {

    static final int EMPTY = 32;
    static final int TABLE = 138;
    static final int MEMBER = 90;
    static final int LIST = 80;
    static final int ITEM = 6;
    static final int STRING = 64;
    static final int NUMBER = 40;
    /** Digits that fit into a {@code long}. */
    private static final int SHORT_NUMBER = 18;

    private final byte[] text;
    private final int mostValues;
    private final int deepest;
    private int at;
    private int values = 1;
    private int depth;
    private long bytes;

    private JsonWeight(byte[] text, int from, int mostValues, int deepest) {
        this.text = text;
        this.at = from;
        this.mostValues = mostValues;
        this.deepest = deepest;
    }

    /**
     * @throws JsonRefusedException when there are more values, or they nest deeper
     */
    static long of(byte[] utf8, int from, int mostValues, int deepest) {
        return new JsonWeight(utf8, from, mostValues, deepest).weigh();
    }

    static int ofNumber(int digits, boolean decimal) {
        return decimal || digits > SHORT_NUMBER ? 3 * NUMBER + digits / 2 : NUMBER;
    }

    private long weigh() {
        while (at < text.length) {
            byte c = text[at++];
            switch (c) {
                case '"' -> string();
                case '{' -> opened('}', TABLE);
                case '[' -> opened(']', LIST);
                case '}', ']' -> depth--;
                case ',' -> value();
                // A name is a string so far, and has no string's value.
                case ':' -> bytes += MEMBER - STRING;
                case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
                default -> {
                    // Space and literals.
                }
            }
        }
        return bytes;
    }

    private void value() {
        bytes += ITEM;
        if (++values > mostValues) {
            throw JsonRefusedException.tooManyValues(mostValues);
        }
    }

    private void opened(char end, int content) {
        bytes += EMPTY;
        if (++depth > deepest) {
            throw JsonRefusedException.tooDeep(deepest);
        }
        while (at < text.length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
            at++;
        }
        if (at < text.length && text[at] != end) {
            bytes += content;
            value();
        }
    }

    private void string() {
        int start = at;
        while (at < text.length && text[at] != '"') {
            at += text[at] == '\\' ? 2 : 1;
        }
        bytes += STRING + at - start;
        at++;
    }

    private void number() {
        int start = at - 1;
        boolean decimal = false;
        while (at < text.length && (text[at] >= '+' && text[at] <= '9' && text[at] != ',' || (text[at] | 0x20) == 'e')) {
            decimal |= text[at] < '0' || text[at] > '9';
            at++;
        }
        bytes += ofNumber(at - start, decimal);
    }
}
