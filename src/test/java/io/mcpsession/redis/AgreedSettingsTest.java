package io.mcpsession.redis;

import io.mcpsession.session.SigningKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

class AgreedSettingsTest {

    private final RedisConfig config = TestRedis.config();
    private final List<AgreedSettings> replicas = new ArrayList<>();

    @AfterEach
    void leave() {
        replicas.forEach(AgreedSettings::close);
    }

    private AgreedSettings replica(RedisConfig its, boolean shared, int... keys) {
        var replica = new AgreedSettings(TestRedis.client(), TestRedis.calls(TestRedis.client(), its.layout()), its,
                () -> Arrays.stream(keys).mapToObj(AgreedSettingsTest::key).toList(), shared, "pod",
                new SecureRandom());
        replicas.add(replica);
        return replica;
    }

    private static SigningKey key(int number) {
        byte[] secret = new byte[32];
        secret[0] = (byte) number;
        return new SigningKey(secret);
    }

    private RedisConfig with(int partitions, Layout layout) {
        return RedisConfig.single(config.addresses().getFirst(), config.timeout(), 8, config.keyPrefix(), partitions,
                layout);
    }

    private static Optional<String> differs(AgreedSettings replica) {
        return replica.join().map(AgreedSettings.Difference::setting);
    }

    @Test
    void replicasOfOneKindAgree() {
        assertThat(differs(replica(config, false, 1)), is(Optional.empty()));
        assertThat(differs(replica(config, false, 1)), is(Optional.empty()));
    }

    @Test
    void otherPartitionsAreNamedWithWhatEachHas() {
        replica(config, true, 1).join();

        AgreedSettings other = replica(with(32, Layout.MAP_CACHE), true, 1);

        assertThat(other.join().orElseThrow().message(), allOf(
                containsString("mcp.store.redis.partitions: is 32 here and 16 on replica pod/"), not(containsString("\n"))));
        assertThat(other.agreed(), is(false));
    }

    @Test
    void anotherLayoutIsNamed() {
        replica(config, true, 1).join();

        assertThat(replica(with(16, Layout.HASH), true, 1).join().orElseThrow().message(),
                containsString("mcp.session.layout: is hash here and map-cache on"));
    }

    @Test
    void howManyPartitionsThereAreDoesNotMatterToHashes() {
        replica(with(16, Layout.HASH), true, 1).join();

        assertThat(differs(replica(with(32, Layout.HASH), true, 1)), is(Optional.empty()));
    }

    @Test
    void otherSigningKeysAreNamedByWhatTheyAreKnownByAndKeysInRotationAreNot() {
        replica(config, false, 1).join();

        assertThat(differs(replica(config, false, 2)), is(Optional.of("mcp.session.signing-keys")));
        assertThat(differs(replica(config, true, 3)), is(Optional.of("mcp.session.signing-keys")));
        assertThat(differs(replica(config, false, 1, 2)), is(Optional.empty()));
        assertThat(differs(replica(config, false, 2, 1)), is(Optional.empty()));
    }

    @Test
    void anotherKeyPrefixWithTheSameSigningKeysIsNamed() {
        replica(config, false, 41).join();

        assertThat(differs(replica(TestRedis.config(), false, 41)), is(Optional.of("mcp.store.redis.key-prefix")));
        assertThat(differs(replica(TestRedis.config(), false, 42)), is(Optional.empty()));
        assertThat(differs(replica(TestRedis.config(), true, 41)), is(Optional.empty()));
    }

    @Test
    void whenTheLastOneStopsTheNextMayHaveOthers() {
        AgreedSettings first = replica(config, false, 51);
        AgreedSettings second = replica(config, false, 51);
        first.join();
        second.join();
        first.close();
        assertThat(differs(replica(with(32, Layout.MAP_CACHE), false, 51)), is(Optional.of("mcp.store.redis.partitions")));

        second.close();

        assertThat(differs(replica(with(32, Layout.MAP_CACHE), false, 51)), is(Optional.empty()));
    }

    @Test
    void whoIsNotHeardOfAnyMoreIsForgotten() {
        String key = config.keyPrefix() + ":replicas";
        TestRedis.raw().call("HSET", key, "killed", "{\"expires\":\"1000\",\"mcp.session.layout\":\"hash\"}", "odd", "\u0000");

        assertThat(differs(replica(config, true, 1)), is(Optional.empty()));

        assertThat(TestRedis.raw().number("HLEN", key), is(1L));
        assertThat(TestRedis.raw().number("PTTL", key) > 20_000, is(true));
    }

    @Test
    void whatIsNoRecordOfReplicasIsReplaced() {
        TestRedis.raw().call("SET", config.keyPrefix() + ":replicas", "something");

        assertThat(differs(replica(config, true, 1)), is(Optional.empty()));
    }

    @Test
    void anEmptiedRedisIsToldAgainAndWhoDiffersBecomesReadyWhenTheOthersStop() {
        AgreedSettings first = replica(config, true, 1);
        first.join();
        first.start();
        TestRedis.raw().call("DEL", config.keyPrefix() + ":replicas");
        eventually(() -> TestRedis.raw().number("EXISTS", config.keyPrefix() + ":replicas"), is(1L));
        AgreedSettings other = replica(with(32, Layout.MAP_CACHE), true, 1);
        other.start();
        eventually(() -> other.join().isPresent(), is(true));

        first.close();

        eventually(other::agreed, is(true));
    }
}
