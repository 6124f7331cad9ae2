package io.mcpsession.settings;

import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import io.helidon.config.ConfigSources;
import io.helidon.config.spi.ConfigSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Environment over file over defaults. Helidon left to itself would read an {@code application.yaml} of the working
 * directory instead of the packaged one, not beside it.
 */
final class ConfigSourcesInOrder {

    static final String FILE_VARIABLE = "MCP_CONFIG_FILE";
    private static final String DEFAULTS = "application.yaml";

    private static final Pattern ENTRY = Pattern.compile(
            "MCP_(AUTH_TOKENS|AUTH_ISSUERS|GRPC_CALLERS|UPSTREAMS|TOOLS_LIMITS)_(\\d+)_(USER|NAME|SHA256|SCOPES|ISSUER"
                    + "|JWKS_URI|SPIFFE|SUBJECT|TOKEN_SHA256|ROLE|URL|ERA|PREFIX|CREDENTIAL_ENV|ALLOW|DENY|TIMEOUT"
                    + "|CONNECT_TIMEOUT|CONCURRENCY|REFRESH|MAX_MESSAGE_BYTES|TOOL|MAX_RESULT_BYTES|RATE|BURST)");
    /** Keys that have no default, since being there is what turns TLS on. */
    private static final List<String> WITHOUT_DEFAULT = List.of(
            "server.tls.client-auth",
            "server.tls.private-key.pem.key.resource.path",
            "server.tls.private-key.pem.cert-chain.resource.path",
            "server.tls.trust.pem.certificates.resource.path");

    private static final Pattern PLACE = Pattern.compile("line (\\d+), column (\\d+)(?!.*line \\d)", Pattern.DOTALL);
    private static final Pattern MERGE = Pattern.compile("^((?:[\\w-]+: )*[\\w-]+): Cannot merge");

    private ConfigSourcesInOrder() {
    }

    /**
     * @throws SettingsException when the file named by {@code MCP_CONFIG_FILE} cannot be read or is no YAML
     */
    static Config read(Map<String, String> environment, Map<String, String> overrides) {
        Config defaults = Config.just(ConfigSources.classpath(DEFAULTS));
        List<Supplier<? extends ConfigSource>> sources = new ArrayList<>(List.of(
                ConfigSources.create(overrides, "overrides"),
                ConfigSources.create(fromEnvironment(defaults, environment), "environment")));
        String file = environment.getOrDefault(FILE_VARIABLE, "");
        if (!file.isEmpty()) {
            SettingFile settings = SettingFile.of(FILE_VARIABLE, file, "a YAML file of settings");
            settings.mustBeReadable();
            sources.add(ConfigSources.file(settings.path()));
        }
        sources.add(ConfigSources.classpath(DEFAULTS));
        try {
            return Config.builder()
                    .disableEnvironmentVariablesSource()
                    .disableSystemPropertiesSource()
                    // A password may hold "${".
                    .disableValueResolving()
                    .sources(sources)
                    .build();
        } catch (ConfigException e) {
            throw unreadable(e);
        }
    }

    /** Says where, and never what stands there: an error of the YAML parser quotes lines, which may hold passwords. */
    private static SettingsException unreadable(ConfigException failure) {
        Matcher place = PLACE.matcher(String.valueOf(failure.getMessage()));
        if (place.find()) {
            String line = place.group(1);
            String column = place.group(2);
            return new SettingsException(FILE_VARIABLE + ": the configuration is no YAML, as seen in line " + line + ", column "
                    + column + "; give keys as application.yaml has them");
        }
        Matcher merge = MERGE.matcher(String.valueOf(failure.getMessage()));
        if (merge.find()) {
            // Numbered variables may only replace entries that a list of the file has.
            return new SettingsException(merge.group(1).replace(": ", ".") + ": the configuration has a list here, and variables"
                    + " name entries that it does not have; give the entries in one place");
        }
        return new SettingsException(FILE_VARIABLE + ": the configuration cannot be read; give a YAML file with keys as"
                + " application.yaml has them");
    }

    /** Known keys first: only they tell which underscore was a dash. The entries of lists are found by their number. */
    private static Map<String, String> fromEnvironment(Config defaults, Map<String, String> environment) {
        Map<String, String> values = new HashMap<>();
        Stream.concat(WITHOUT_DEFAULT.stream(),
                        defaults.traverse().filter(Config::isLeaf).map(leaf -> leaf.key().toString()))
                .filter(key -> environment.containsKey(variable(key)))
                .forEach(key -> values.put(key, environment.get(variable(key))));
        environment.forEach((name, value) -> {
            Matcher entry = ENTRY.matcher(name);
            if (entry.matches()) {
                values.put(String.join(".", "mcp", entry.group(1).replace('_', '.'), entry.group(2),
                        entry.group(3).replace('_', '-')).toLowerCase(Locale.ROOT), value);
            }
        });
        return values;
    }

    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
