package io.mcpsession.settings;

import io.helidon.config.Config;
import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.AuthConfig;
import io.mcpsession.auth.Scopes;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code mcp.auth}. */
final class AuthSettings {

    private static final Set<String> ALGORITHMS = Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
            "ES384", "ES512", "EdDSA", "Ed25519");
    private static final String RESOURCE = "mcp.auth.resource";
    private static final List<String> WEB = List.of("https", "http");

    private final Keys keys;

    AuthSettings(Keys keys) {
        this.keys = keys;
    }

    AuthConfig config() {
        AuthConfig config = new AuthConfig(
                keys.optional(RESOURCE).map(it -> keys.url(RESOURCE, it, WEB)).map(URI::toString).orElse(""),
                scopes("mcp.auth.scopes"), keys.flag("mcp.auth.anonymous"),
                keys.duration("mcp.auth.leeway", Duration.ZERO, Duration.ofMinutes(5)),
                algorithms(), issuers(), introspection());
        if (config.resource().isEmpty() && !config.authorizationServers().isEmpty()) {
            throw Keys.refused(RESOURCE, "", "the URL of the endpoint as clients know it: it is the audience that the"
                    + " tokens of an issuer must have");
        }
        return config;
    }

    private List<String> scopes(String key) {
        List<String> scopes = keys.list(key);
        if (!scopes.stream().allMatch(Scopes::nameable)) {
            throw Keys.refused(key, keys.text(key), "visible ASCII without quotes and backslashes");
        }
        return scopes;
    }

    /** None, and none that shares a secret, can be allowed: whoever knows the public key could sign. */
    private List<String> algorithms() {
        List<String> algorithms = keys.list("mcp.auth.algorithms");
        if (algorithms.isEmpty() || !ALGORITHMS.containsAll(algorithms)) {
            throw Keys.refused("mcp.auth.algorithms", keys.text("mcp.auth.algorithms"),
                    "some of " + String.join(", ", ALGORITHMS.stream().sorted().toList()));
        }
        return algorithms;
    }

    private List<AuthConfig.Issuer> issuers() {
        List<AuthConfig.Issuer> issuers = keys.entries("mcp.auth.issuers").stream().map(entry -> {
            String key = entry.key().toString();
            String name = text(entry, "issuer");
            keys.url(key + ".issuer", name, WEB);
            return new AuthConfig.Issuer(name, Optional.of(text(entry, "jwks-uri")).filter(uri -> !uri.isEmpty())
                    .map(uri -> keys.url(key + ".jwks-uri", uri, WEB)));
        }).toList();
        if (issuers.stream().map(AuthConfig.Issuer::name).distinct().count() < issuers.size()) {
            throw new SettingsException("mcp.auth.issuers: an issuer is named twice");
        }
        return issuers;
    }

    private Optional<AuthConfig.Opaque> introspection() {
        String uri = "mcp.auth.introspection.uri";
        String issuer = "mcp.auth.introspection.issuer";
        Duration cached = keys.duration("mcp.auth.introspection.cache", Duration.ZERO, Duration.ofHours(1));
        return keys.optional(uri).map(address -> {
            URI endpoint = keys.url(uri, address, WEB);
            keys.url(issuer, keys.text(issuer), WEB);
            return new AuthConfig.Opaque(endpoint, keys.text(issuer), keys.text("mcp.auth.introspection.client-id"),
                    keys.text("mcp.auth.introspection.client-secret"), cached);
        });
    }

    Map<String, ApiToken> tokens() {
        Map<String, ApiToken> tokens = new HashMap<>();
        for (Config entry : keys.entries("mcp.auth.tokens")) {
            String key = entry.key().toString();
            String digest = text(entry, "sha256");
            if (!digest.matches("[0-9a-fA-F]{64}")) {
                throw Keys.refused(key + ".sha256", digest, "the SHA-256 of the token as 64 hexadecimal digits");
            }
            try {
                tokens.put(Base64.getUrlEncoder().withoutPadding().encodeToString(HexFormat.of().parseHex(digest)),
                        new ApiToken("config-" + entry.key().name(), text(entry, "user"),
                                text(entry, "name"), Instant.EPOCH, Optional.empty(), granted(entry)));
            } catch (IllegalArgumentException e) {
                String part = e.getMessage().contains("scope") ? ".scopes" : e.getMessage().contains("name") ? ".name" : ".user";
                throw new SettingsException(Keys.named(key + part) + ": " + e.getMessage());
            }
        }
        return tokens;
    }

    private static Scopes granted(Config entry) {
        String scopes = text(entry, "scopes");
        return scopes.isEmpty() ? Scopes.ALL : Scopes.parse(scopes);
    }

    private static String text(Config entry, String name) {
        return entry.get(name).asString().orElse("").trim();
    }
}
