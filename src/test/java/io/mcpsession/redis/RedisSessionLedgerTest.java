package io.mcpsession.redis;

import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.TcpProxy;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

class RedisSessionLedgerTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));

    private final RedisConfig config = TestRedis.config();
    private final SessionLedger ledger = new RedisSessionLedger(TestRedis.calls(TestRedis.client()), config, LIMITS);
    private final SessionLedger other = new RedisSessionLedger(TestRedis.calls(TestRedis.otherClient()), config, LIMITS);
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(),
            Clock.systemUTC());
    private final SessionId id = ids.mint(Principal.ofSubject("alice"));
    private final String key = config.keyPrefix() + ":upstream:" + id.value();
    private final RawRedis raw = TestRedis.raw();

    @Test
    void whatIsNotedIsTakenOnceWithTheNewestOfEachServer() {
        ledger.note(id, "files", "first");
        ledger.note(id, "mail", "second");
        other.note(id, "files", "third");
        assertThat(raw.number("PTTL", key), is(greaterThan(LIMITS.absoluteLifetime().toMillis())));

        assertThat(other.take(id), is(Map.of("files", "third", "mail", "second")));

        assertThat(ledger.take(id), is(Map.of()));
        assertThat(other.take(id), is(Map.of()));
        assertThat(raw.number("PTTL", key), is(allOf(greaterThan(0L), lessThanOrEqualTo(60_000L))));
    }

    @Test
    void nothingIsTakenWhereNothingWasNotedAndNothingIsLeftThere() {
        assertThat(ledger.take(id), is(Map.of()));

        assertThat(raw.number("EXISTS", key), is(0L));
    }

    @Test
    void whatIsNotedInANextLifeIsTakenAlone() {
        ledger.note(id, "files", "first");
        ledger.take(id);

        ledger.note(id, "mail", "second");

        assertThat(other.take(id), is(Map.of("mail", "second")));
        assertThat(ledger.take(id), is(Map.of()));
    }

    @Test
    void ofAllWhoTakeAtTheSameTimeOneGetsIt() throws Exception {
        for (int round = 0; round < 50; round++) {
            ledger.note(id, "files", "round " + round);
            try (ExecutorService takers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Map<String, String>>> taken = IntStream.range(0, 8)
                        .mapToObj(i -> takers.submit(() -> (i % 2 == 0 ? ledger : other).take(id))).toList();
                Stream.Builder<Map<String, String>> got = Stream.builder();
                for (Future<Map<String, String>> each : taken) {
                    got.add(each.get());
                }
                assertThat(got.build().filter(it -> !it.isEmpty()).toList(), is(List.of(Map.of("files", "round " + round))));
            }
        }
    }

    @Test
    void whoseAnswerWasLostGetsItWhenHeAsksAgain() throws Exception {
        try (TcpProxy proxy = new TcpProxy(config.addresses().getFirst().getPort());
                ExecutorService taker = Executors.newVirtualThreadPerTaskExecutor()) {
            RedisConfig through = config.at(URI.create("redis://127.0.0.1:" + proxy.port()));
            RedissonClient client = RedisClient.open(through);
            try {
                SessionLedger far = new RedisSessionLedger(new RedisCalls(client, through, (_, _, _) -> { }), through, LIMITS);
                far.note(id, "files", "first");
                // So that Redis knows the script.
                assertThat(far.take(ids.mint(Principal.ofSubject("bob"))), is(Map.of()));
                proxy.holdAnswers();
                Future<Map<String, String>> taken = taker.submit(() -> far.take(id));
                eventually(() -> raw.number("HEXISTS", key, ""), is(1L));
                proxy.cut();
                proxy.heal();

                assertThat(taken.get(), is(Map.of("files", "first")));
            } finally {
                client.shutdown();
            }
        }
        assertThat(ledger.take(id), is(Map.of()));
    }
}
