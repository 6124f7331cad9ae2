package io.mcpsession.settings;

import java.util.Set;
import java.util.regex.Pattern;

/** How a refused value appears in an error: whole where it helps, never where it is a secret or may hold one. */
final class ShownValue {

    private static final String HIDDEN = "(not shown)";
    /** Last parts of keys whose values are secrets, or are often mistaken for the secret itself, as its hash is. */
    private static final Set<String> SECRETS = Set.of("password", "sentinel-password", "signing-keys", "client-secret",
            "token", "sha256", "token-sha256", "passphrase");
    private static final Set<String> SECRET_KEYS = Set.of("mcp.identity.key");
    /** Names as which servers are publicly known, by path too. */
    private static final Set<String> PUBLIC = Set.of("resource", "issuer");
    private static final Pattern PLAIN_ADDRESS = Pattern.compile("([a-z]{2,10}://[A-Za-z0-9. -]+(?::\\d{1,6})?)(/.*)?");
    private static final Pattern PLAIN = Pattern.compile("[ -~]{0,64}");

    private ShownValue() {
    }

    static String of(String key, String value) {
        if (value.isEmpty()) {
            return "";
        }
        if (isSecret(key)) {
            return HIDDEN;
        }
        String name = key.substring(key.lastIndexOf('.') + 1);
        if (value.contains("@") || value.contains("://") && !PUBLIC.contains(name)) {
            return address(value);
        }
        if (name.equals("credential-env") && !value.matches("[A-Z_][A-Z0-9_]*")) {
            // Not the name of a variable, so perhaps what should be in it.
            return HIDDEN;
        }
        return PLAIN.matcher(value).matches() ? value : HIDDEN;
    }

    static boolean isSecret(String key) {
        return SECRET_KEYS.contains(key) || key.contains(".headers.")
                || SECRETS.contains(key.substring(key.lastIndexOf('.') + 1));
    }

    /** Addresses carry passwords before their host, and keys in paths and queries. */
    private static String address(String value) {
        StringBuilder shown = new StringBuilder();
        for (String one : value.split(",")) {
            var plain = PLAIN_ADDRESS.matcher(one.trim());
            shown.append(shown.isEmpty() ? "" : ", ")
                    .append(plain.matches() ? plain.group(1) + (plain.group(2) == null ? "" : "/...") : HIDDEN);
        }
        return shown.toString();
    }

    /** A file's name, unless it looks like something else: a password is easily given where its file is asked for. */
    static String path(String value) {
        return value.matches("[./~]?[\\w.-]*(/[\\w.@ -]+)+/?") && value.length() < 256 ? value : HIDDEN;
    }
}
