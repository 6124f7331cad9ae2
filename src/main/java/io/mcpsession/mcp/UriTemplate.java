package io.mcpsession.mcp;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A URI with simple variables, such as {@code notes://{name}/text} (RFC 6570, level 1). */
final class UriTemplate {

    private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z0-9_]+)}");

    private final Pattern pattern;
    private final List<String> variables = new ArrayList<>();

    UriTemplate(String template) {
        StringBuilder regex = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(template);
        int end = 0;
        while (matcher.find()) {
            regex.append(Pattern.quote(template.substring(end, matcher.start()))).append("([^/?#]+)");
            variables.add(matcher.group(1));
            end = matcher.end();
        }
        this.pattern = Pattern.compile(regex.append(Pattern.quote(template.substring(end))).toString());
    }

    /** The variables of a URI that fits; empty when it does not. */
    Optional<Map<String, String>> match(String uri) {
        Matcher matcher = pattern.matcher(uri);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            try {
                // A plus sign is a plus sign in a path, unlike in a form.
                values.put(variables.get(i), URLDecoder.decode(matcher.group(i + 1).replace("+", "%2B"), UTF_8));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    List<String> variables() {
        return variables;
    }
}
