package io.mcpsession.mcp;

/**
 * Names of tools, as settings say them.
 *
 * @param text a name in which {@code *} stands for any characters, or for none
 */
public record ToolNamePattern(String text) {

    private static final char ANY = '*';

    /**
     * Whether it covers a name. Without a regular expression: names come from other servers, and a text of many stars is
     * matched by one in time that grows with a power of the name's length.
     */
    public boolean covers(String name) {
        int star = text.indexOf(ANY);
        if (star < 0) {
            return text.equals(name);
        }
        int last = text.lastIndexOf(ANY);
        int end = name.length() - (text.length() - last - 1);
        if (star > end || !name.startsWith(text.substring(0, star)) || !name.endsWith(text.substring(last + 1))) {
            return false;
        }
        // The first place of each part leaves the most to those after it.
        int at = star;
        while (star < last) {
            int next = text.indexOf(ANY, star + 1);
            String part = text.substring(star + 1, next);
            int place = name.indexOf(part, at);
            if (place < 0 || place + part.length() > end) {
                return false;
            }
            at = place + part.length();
            star = next;
        }
        return true;
    }
}
