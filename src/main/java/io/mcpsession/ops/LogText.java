package io.mcpsession.ops;

/** Makes text of any origin fit for a log: no line, field, colour or direction of writing in it but ours. */
public final class LogText {

    private static final int LONGEST = 16 * 1024;

    private LogText() {
    }

    /**
     * The text with control and format characters and line separators as escapes (ANSI sequences begin with one, and
     * so do lines and overrides of the direction of writing), and cut after 16,384 characters.
     */
    public static String escaped(String text) {
        int first = firstToEscape(text);
        if (first < 0 && text.length() <= LONGEST) {
            return text;
        }
        StringBuilder line = new StringBuilder(Math.min(text.length(), LONGEST) + 32);
        int at = 0;
        while (at < text.length() && line.length() < LONGEST) {
            int point = text.codePointAt(at);
            if (mustBeEscaped(point)) {
                escape(line, point);
            } else {
                line.appendCodePoint(point);
            }
            at += Character.charCount(point);
        }
        return at < text.length() ? line + "... (" + (text.length() - at) + " more)" : line.toString();
    }

    /** The beginning of a text that is longer than a line should be. */
    static String cut(String text) {
        return text.length() <= LONGEST ? text
                : text.substring(0, LONGEST) + "... (" + (text.length() - LONGEST) + " more)";
    }

    private static int firstToEscape(String text) {
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c < ' ' || c > '~' && mustBeEscaped(text.codePointAt(at))) {
                return at;
            }
        }
        return -1;
    }

    static boolean mustBeEscaped(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                 Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static void escape(StringBuilder line, int point) {
        switch (point) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> appendUnits(line, point);
        }
    }

    /** As JSON and Java write it. */
    static void appendUnits(StringBuilder line, int point) {
        for (char unit : Character.toChars(point)) {
            line.append("\\u%04x".formatted((int) unit));
        }
    }
}
