package io.mcpsession.redis;

import io.mcpsession.auth.ApiToken;
import io.mcpsession.auth.TokenStore;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** API tokens as one Redis hash: digest of the secret to a JSON object. */
public final class RedisTokenStore implements TokenStore {

    private static final JsonProvider JSON = JsonProvider.provider();

    private final RMap<String, String> tokens;
    private final RedisCalls redis;

    public RedisTokenStore(RedissonClient redisson, RedisCalls redis, RedisConfig config) {
        this.tokens = redisson.getMap(config.keyPrefix() + ":tokens", StringCodec.INSTANCE);
        this.redis = redis;
    }

    @Override
    public Optional<ApiToken> find(String digest) {
        return Optional.ofNullable(redis.await("token-find", () -> tokens.getAsync(digest)))
                .map(RedisTokenStore::read);
    }

    @Override
    public void add(String digest, ApiToken token) {
        redis.await("token-add", () -> tokens.fastPutAsync(digest, write(token)));
    }

    @Override
    public List<ApiToken> list() {
        return all().values().stream()
                .map(RedisTokenStore::read)
                .sorted(Comparator.comparing(ApiToken::created).thenComparing(ApiToken::id))
                .toList();
    }

    @Override
    public boolean revoke(String id) {
        String[] digests = all().entrySet().stream()
                .filter(entry -> read(entry.getValue()).id().equals(id))
                .map(Map.Entry::getKey)
                .toArray(String[]::new);
        return digests.length > 0 && redis.await("token-revoke", () -> tokens.fastRemoveAsync(digests)) > 0;
    }

    private Map<String, String> all() {
        return redis.await("token-list", tokens::readAllMapAsync);
    }

    private static String write(ApiToken token) {
        JsonObjectBuilder json = JSON.createObjectBuilder()
                .add("id", token.id())
                .add("subject", token.subject())
                .add("name", token.name())
                .add("created", token.created().toEpochMilli());
        token.expires().ifPresent(at -> json.add("expires", at.toEpochMilli()));
        return json.build().toString();
    }

    private static ApiToken read(String text) {
        try (var reader = JSON.createReader(new StringReader(text))) {
            JsonObject json = reader.readObject();
            Optional<Instant> expires = Optional.ofNullable(json.getJsonNumber("expires"))
                    .map(number -> Instant.ofEpochMilli(number.longValueExact()));
            return new ApiToken(json.getString("id"), json.getString("subject"), json.getString("name"),
                    Instant.ofEpochMilli(json.getJsonNumber("created").longValueExact()), expires);
        }
    }
}
