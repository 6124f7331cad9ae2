package io.mcpsession.settings;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.helidon.config.Config;
import io.mcpsession.jsonrpc.JsonLimits;
import io.mcpsession.mcpclient.PeerConfig;
import io.mcpsession.mcpclient.PeerConfig.EraChoice;
import io.mcpsession.settings.Settings.UserIdentity;
import io.mcpsession.upstream.SignedIdentity;
import io.mcpsession.upstream.UpstreamConfig;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads which servers stand behind this one, and what they are told of the user. */
final class UpstreamsReader {

    private static final String LIST = "mcp.upstreams";
    private static final String KEY = "mcp.identity.key";
    private static final List<String> WEB = List.of("https", "http");
    /** What HTTP and the protocol say themselves. */
    private static final Set<String> TAKEN = Set.of("host", "connection", "content-length", "content-type", "accept",
            "expect", "upgrade", "transfer-encoding", "last-event-id");
    private static final int MIN_SECRET = 32;
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\t -~]+");

    private final Keys keys;
    private final Map<String, String> environment;

    UpstreamsReader(Keys keys, Map<String, String> environment) {
        this.keys = keys;
        this.environment = environment;
    }

    List<UpstreamConfig> read() {
        Set<String> names = new HashSet<>();
        return keys.entries(LIST).stream().map(entry -> {
            UpstreamConfig upstream = upstream(entry, entry.key().toString());
            if (!names.add(upstream.name())) {
                throw Keys.refused(entry.key() + ".name", upstream.name(), "a name that no other upstream has");
            }
            return upstream;
        }).toList();
    }

    private UpstreamConfig upstream(Config entry, String key) {
        String name = keys.text(key + ".name");
        if (!name.matches("[a-z0-9-]{1,32}")) {
            throw Keys.refused(key + ".name", name, "1 to 32 of a-z 0-9 -");
        }
        String prefix = keys.text(key + ".prefix");
        if (!prefix.matches("[A-Za-z0-9_.-]{0,32}")) {
            throw Keys.refused(key + ".prefix", prefix, "at most 32 of A-Z a-z 0-9 _ . -");
        }
        PeerConfig peer = new PeerConfig(keys.url(key + ".url", keys.text(key + ".url"), WEB), headers(entry, key),
                keys.choice(key + ".era", EraChoice.class, EraChoice.AUTO),
                keys.duration(key + ".connect-timeout", Duration.ofSeconds(2), Duration.ofMillis(10),
                        Duration.ofSeconds(30)),
                keys.integer(key + ".max-message-bytes", 8 * 1024 * 1024, 1024, 256 * 1024 * 1024),
                keys.integer(key + ".max-message-values", JsonLimits.USUAL_VALUES, 1000, JsonLimits.MOST_VALUES));
        return new UpstreamConfig(name, peer, prefix, keys.list(key + ".allow"), keys.list(key + ".deny"),
                keys.duration(key + ".timeout", Duration.ofSeconds(45), Duration.ofMillis(100), Duration.ofHours(1)),
                keys.integer(key + ".concurrency", 64, 1, 10_000),
                keys.duration(key + ".refresh", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofDays(1)));
    }

    private Map<String, String> headers(Config entry, String key) {
        Map<String, String> headers = new HashMap<>();
        for (Config header : keys.entries(key + ".headers")) {
            String name = header.name();
            if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")) {
                throw Keys.refused(key + ".headers", "...", "names of headers: letters, digits and dashes");
            }
            if (TAKEN.contains(name.toLowerCase(Locale.ROOT))
                    || name.toLowerCase(Locale.ROOT).startsWith("mcp-")) {
                throw Keys.refused(key + ".headers", name, "names of headers that neither HTTP nor MCP sets itself");
            }
            headers.put(name, headerValue(key + ".headers." + name, header.asString().orElse("")));
        }
        String credential = key + ".credential-env";
        keys.optional(credential).ifPresent(variable -> headers.put("Authorization", "Bearer "
                + Optional.ofNullable(environment.get(variable)).map(String::trim).filter(it -> HEADER_VALUE.matcher(it).matches())
                        .orElseThrow(() -> Keys.refused(credential, variable,
                                "the name of an environment variable that is set, to one line of ASCII"))));
        return headers;
    }

    /** One that cannot be sent would fail with every request, and tell what it holds. */
    private static String headerValue(String key, String value) {
        if (!value.isEmpty() && !HEADER_VALUE.matcher(value).matches()) {
            throw Keys.refused(key, value, "one line of ASCII");
        }
        return value;
    }

    UserIdentity identity() {
        UserIdentity identity = new UserIdentity(keys.optional(KEY).map(UpstreamsReader::key),
                keys.text("mcp.identity.issuer"),
                keys.duration("mcp.identity.validity", Duration.ofSeconds(5), Duration.ofHours(1)));
        try {
            identity.key().ifPresent(key ->
                    new SignedIdentity(key, identity.issuer(), identity.validity(), Clock.systemUTC()));
        } catch (IllegalArgumentException e) {
            throw refusedKey();
        }
        return identity;
    }

    private static JWK key(String text) {
        try {
            if (text.startsWith("{")) {
                return JWK.parse(text);
            }
            byte[] secret = Base64.getDecoder().decode(text);
            if (secret.length >= MIN_SECRET) {
                return new OctetSequenceKey.Builder(secret).build();
            }
        } catch (ParseException | IllegalArgumentException e) {
            // Told below, without what it says: that may be part of the key.
        }
        throw refusedKey();
    }

    private static SettingsException refusedKey() {
        return Keys.refused(KEY, "...", "base64 of " + MIN_SECRET + " bytes or more, or a private JWK: oct, RSA, or EC"
                + " on P-256");
    }
}
