package io.mcpsession.redis;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.Scopes;
import io.mcpsession.auth.TokenStore;
import io.mcpsession.jsonrpc.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.redisson.api.RFuture;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/**
 * API tokens as one Redis hash: digest of the secret to a JSON object. Last uses are in a hash of their own, so that
 * telling one never writes over a change of the token.
 */
public final class RedisTokenStore implements TokenStore {

    private static final JsonProvider JSON = JsonProvider.provider();
    /** Marks the secret a token had before; it works to the end of its time but is not listed. */
    private static final String FORMER = "former";

    private final RMap<String, String> tokens;
    private final RMap<String, String> uses;
    private final RedisCalls redis;
    private final RevokedTokens revoked;
    private final UnreadableRecords unreadable = new UnreadableRecords("API tokens", System::nanoTime);

    /** For one who comes and goes, such as a command. */
    public RedisTokenStore(RedissonClient redisson, RedisCalls redis, RedisConfig config) {
        this(redisson, redis, config, new RevokedTokens(redis, config));
    }

    /**
     * @param revoked what this replica knows of revocations
     */
    public RedisTokenStore(RedissonClient redisson, RedisCalls redis, RedisConfig config, RevokedTokens revoked) {
        this.revoked = revoked;
        this.tokens = redisson.getMap(RevokedTokens.tokens(config), StringCodec.INSTANCE);
        this.uses = redisson.getMap(config.keyPrefix() + ":token-uses", StringCodec.INSTANCE);
        this.redis = redis;
    }

    @Override
    public Optional<ApiToken> find(String digest) {
        return Optional.ofNullable(tokens("token-find", () -> tokens.getAsync(digest)))
                .flatMap(this::parse).map(RedisTokenStore::read)
                .filter(token -> revoked.allows(digest, token, Instant.now()));
    }

    @Override
    public void add(String digest, ApiToken token) {
        tokens("token-add", () -> tokens.fastPutAsync(digest, write(token)));
    }

    @Override
    public List<ApiToken> list() {
        return all().values().stream()
                .flatMap(text -> parse(text).stream())
                .filter(json -> !json.containsKey(FORMER))
                .map(RedisTokenStore::read)
                .sorted(Comparator.comparing(ApiToken::created).thenComparing(ApiToken::id))
                .toList();
    }

    @Override
    public boolean revoke(String id) {
        List<String> digests = List.copyOf(ofToken(id).keySet());
        if (digests.isEmpty() || revoked.revoke(digests) == 0) {
            return false;
        }
        uses("token-revoke", () -> uses.fastRemoveAsync(id));
        return true;
    }

    @Override
    public boolean rotate(String id, String digest, Instant oldUntil) {
        for (Map.Entry<String, JsonObject> entry : ofToken(id).entrySet()) {
            JsonObject before = entry.getValue();
            if (!before.containsKey(FORMER)) {
                Instant until = read(before).expires().filter(oldUntil::isAfter).orElse(oldUntil);
                String former = JSON.createObjectBuilder(before).add(FORMER, true)
                        .add("expires", until.toEpochMilli()).build().toString();
                // Another rotation or a revocation may have come between: then this token has no secret to follow.
                return revoked.rotate(entry.getKey(), before.toString(), former, digest, until);
            }
        }
        return false;
    }

    @Override
    public void used(String id, Instant at) {
        uses("token-used", () -> uses.fastPutAsync(id, Long.toString(at.toEpochMilli())));
    }

    @Override
    public Map<String, Instant> lastUses() {
        return uses("token-uses", uses::readAllMapAsync).entrySet().stream()
                .flatMap(entry -> instant(entry.getValue()).map(at -> Map.entry(entry.getKey(), at)).stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Empty for what is no time; the next use writes over it. */
    private Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.ofEpochMilli(Long.parseLong(text)));
        } catch (NumberFormatException e) {
            unreadable.found();
            return Optional.empty();
        }
    }

    private <T> T tokens(String name, Supplier<RFuture<T>> command) {
        return redis.await(name, command, () -> probe(tokens));
    }

    private <T> T uses(String name, Supplier<RFuture<T>> command) {
        return redis.await(name, command, () -> probe(uses));
    }

    private void probe(RMap<String, String> map) {
        redis.number(LuaScript.HASH_PROBE, List.of(map.getName()), RedisTime.server().argument());
    }

    private Map<String, JsonObject> ofToken(String id) {
        return all().entrySet().stream()
                .flatMap(entry -> parse(entry.getValue()).map(json -> Map.entry(entry.getKey(), json)).stream())
                .filter(entry -> entry.getValue().getString("id").equals(id))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Map<String, String> all() {
        return tokens("token-list", tokens::readAllMapAsync);
    }

    private static String write(ApiToken token) {
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("id", token.id())
                .add("subject", token.subject())
                .add("name", token.name())
                .add("created", token.created().toEpochMilli());
        token.expires().ifPresent(at -> json.add("expires", at.toEpochMilli()));
        if (!token.scopes().unlimited()) {
            json.add("scopes", token.scopes().text());
        }
        return json.build().toString();
    }

    /** Empty for what is no token. */
    private Optional<JsonObject> parse(String text) {
        try {
            JsonObject json = Json.parseStored(text).asJsonObject();
            read(json);
            return Optional.of(json);
        } catch (RuntimeException e) {
            unreadable.found();
            return Optional.empty();
        }
    }

    private static ApiToken read(JsonObject json) {
        Optional<Instant> expires = Optional.ofNullable(json.getJsonNumber("expires"))
                .map(number -> Instant.ofEpochMilli(number.longValueExact()));
        Scopes scopes = json.containsKey("scopes") ? Scopes.parse(json.getString("scopes")) : Scopes.ALL;
        return new ApiToken(json.getString("id"), json.getString("subject"), json.getString("name"),
                Instant.ofEpochMilli(json.getJsonNumber("created").longValueExact()), expires, scopes);
    }
}
