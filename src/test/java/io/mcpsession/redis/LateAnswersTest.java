package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import io.mcpsession.testing.TcpProxy;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/**
 * Redisson asks again when an answer is late, and what was done by then must not look as if it had not been. The way
 * there and back takes longer than its first attempt may, and not as long as all attempts together.
 */
class LateAnswersTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    /** Of which one attempt gets two fifths. */
    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    private static final long ONE_WAY_MILLIS = 900;

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisTime time = RedisTime.of(clock);
    private final TcpProxy proxy = new TcpProxy(TestRedis.config().addresses().getFirst().getPort());
    private final RedisConfig config = config();
    private final RedissonClient client = RedisClient.open(config);
    private final RedisCalls calls = new RedisCalls(client, config, (_, _, _) -> { });
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[16])), new SecureRandom(), clock);
    private final SessionStore store = new RedisSessionStore(calls, config, LIMITS, time);
    private final SessionId id = ids.mint(ALICE);

    private RedisConfig config() {
        RedisConfig shared = TestRedis.config(TIMEOUT);
        return shared.at(URI.create("redis://127.0.0.1:" + proxy.port()));
    }

    LateAnswersTest() {
        store.create(id, ALICE, new Opening("2025-11-25", ClientInfo.UNKNOWN));
    }

    @AfterEach
    void close() {
        client.shutdown();
        proxy.close();
    }

    @Test
    void anUpdateIsMadeOnceAndToldAsMade() {
        // So that Redis knows the script.
        store.update(id, session -> session.withAttributes(Map.of("a", "0")));
        AtomicInteger changes = new AtomicInteger();

        Lookup updated = store.update(id, session -> {
            changes.incrementAndGet();
            // From here on, so that only the write is late.
            proxy.delay(ONE_WAY_MILLIS);
            return session.withAttributes(Map.of("a", "1"));
        });

        assertThat(updated, instanceOf(Lookup.Live.class));
        assertThat(changes.get(), is(1));
    }

    @Test
    void aNoteThatWasDeletedWasThere() {
        RedisNotes notes = new RedisNotes(calls, config, LIMITS, time);
        notes.put(id, "name", "text");
        // So that Redis knows the script.
        notes.delete(id, "none");
        proxy.delay(ONE_WAY_MILLIS);

        assertThat(notes.delete(id, "name"), is(true));
    }

    @Test
    void whatIsTakenFromTheLedgerIsTold() {
        RedisSessionLedger ledger = new RedisSessionLedger(calls, config, LIMITS);
        ledger.note(id, "files", "theirs");
        // So that Redis knows the script.
        ledger.take(ids.mint(ALICE));
        proxy.delay(ONE_WAY_MILLIS);

        assertThat(ledger.take(id), is(Map.of("files", "theirs")));
        assertThat(ledger.take(id), is(Map.of()));
    }
}
