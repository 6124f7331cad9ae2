package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionNotes;
import io.mcpsession.session.SessionNotes.Outcome;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

class RedisNotesTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");

    private final MutableClock clock = MutableClock.atPresent();
    private final RedisTime time = RedisTime.of(clock);
    private final RedisConfig config = TestRedis.config();
    private final RedisCalls calls = TestRedis.calls(TestRedis.client());
    private final RawRedis raw = TestRedis.raw();
    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final SessionStore store = new RedisSessionStore(calls, config, LIMITS, time);
    private final SessionNotes notes = new RedisNotes(calls, config, LIMITS, time);
    private final SessionId id = opened();

    private SessionId opened() {
        SessionId opened = ids.mint(ALICE);
        store.create(opened, ALICE, new Opening("2025-11-25", ClientInfo.UNKNOWN));
        return opened;
    }

    private String key() {
        return Partitions.of(config).of(id).notesOf(id);
    }

    @Test
    void aNoteIsReadAsItWasWritten() {
        Outcome outcome = notes.put(id, "näme", "a \"text\"\n😀");

        assertThat(outcome, is(Outcome.STORED));
        assertThat(notes.get(id, "näme"), is(Optional.of("a \"text\"\n😀")));
    }

    @Test
    void anotherReplicaReadsANoteAtOnce() {
        var other = new RedisNotes(TestRedis.calls(TestRedis.otherClient()), config, LIMITS,
                time);

        notes.put(id, "name", "text");

        assertThat(other.get(id, "name"), is(Optional.of("text")));
    }

    @Test
    void aNoteIsReplaced() {
        notes.put(id, "name", "old");

        assertThat(notes.put(id, "name", "new"), is(Outcome.STORED));

        assertThat(notes.list(id), is(Map.of("name", "new")));
    }

    @Test
    void anEmptyTextIsANote() {
        notes.put(id, "name", "");

        assertThat(notes.get(id, "name"), is(Optional.of("")));
    }

    @Test
    void aNoteThatWasNeverWrittenIsNotThere() {
        assertThat(notes.get(id, "name"), is(Optional.empty()));
        assertThat(notes.list(id), is(Map.of()));
        assertThat(notes.delete(id, "name"), is(false));
    }

    @Test
    void notesAreListedInTheOrderOfTheirNames() {
        for (String name : List.of("b", "a", "10", "9", "B")) {
            notes.put(id, name, "text of " + name);
        }

        assertThat(notes.list(id).keySet(), contains("10", "9", "B", "a", "b"));
        assertThat(notes.list(id).get("9"), is("text of 9"));
    }

    @Test
    void aDeletedNoteIsGone() {
        notes.put(id, "name", "text");

        assertThat(notes.delete(id, "name"), is(true));

        assertThat(notes.get(id, "name"), is(Optional.empty()));
        assertThat(notes.delete(id, "name"), is(false));
    }

    @Test
    void aSessionHoldsSoManyNotesAndNoMoreButThoseCanBeReplaced() {
        for (int i = 0; i < SessionNotes.MAX_NOTES; i++) {
            assertThat(notes.put(id, "note " + i, "text"), is(Outcome.STORED));
        }

        assertThat(notes.put(id, "one more", "text"), is(Outcome.TOO_MANY));
        assertThat(notes.put(id, "note 0", "new"), is(Outcome.STORED));
        notes.delete(id, "note 1");
        assertThat(notes.put(id, "one more", "text"), is(Outcome.STORED));
        assertThat(notes.list(id).size(), is(SessionNotes.MAX_NOTES));
    }

    @Test
    void notesOfOneSessionAreNotThoseOfAnother() {
        notes.put(id, "name", "text");

        assertThat(notes.get(opened(), "name"), is(Optional.empty()));
    }

    @Test
    void aNoteOfASessionThatIsGoneIsNotWritten() {
        SessionId unknown = ids.mint(ALICE);
        SessionId ended = opened();
        store.end(ended, Ending.DELETED);

        assertThat(notes.put(unknown, "name", "text"), is(Outcome.SESSION_GONE));
        assertThat(notes.put(ended, "name", "text"), is(Outcome.SESSION_GONE));
        clock.advance(LIMITS.idleTtl());
        assertThat(notes.put(id, "name", "text"), is(Outcome.SESSION_GONE));
        assertThat(raw.texts("KEYS", config.keyPrefix() + ":notes:*"), is(empty()));
    }

    @Test
    void notesEndWithTheirSessionInTheSameStep() {
        notes.put(id, "name", "text");

        store.end(id, Ending.DELETED);

        assertThat(notes.list(id), is(Map.of()));
        assertThat(raw.number("EXISTS", key()), is(0L));
    }

    @Test
    void notesEndTheMomentTheirSessionExpires() {
        notes.put(id, "name", "text");
        clock.advance(LIMITS.idleTtl().minusMillis(1));
        assertThat(notes.get(id, "name"), is(Optional.of("text")));

        clock.advance(Duration.ofMillis(1));

        assertThat(notes.get(id, "name"), is(Optional.empty()));
        assertThat(notes.list(id), is(Map.of()));
        assertThat(notes.delete(id, "name"), is(false));
    }

    @Test
    void notesLastAsLongAsTheirSessionIsUsed() {
        notes.put(id, "name", "text");

        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofMinutes(9));
            store.touch(id);
        }

        assertThat(notes.get(id, "name"), is(Optional.of("text")));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 20})
    void theKeyOfNotesEndsByItselfWhenTheSessionMustHaveEnded(long hours) {
        for (int i = 0; i < hours * 6; i++) {
            clock.advance(Duration.ofMinutes(10).minusMillis(1));
            store.touch(id);
        }

        notes.put(id, "name", "text");

        long left = Duration.between(clock.instant(), LIMITS.deadline(id)).toMillis();
        assertThat(raw.number("PTTL", key()), is(allOf(greaterThan(left - 10_000), lessThanOrEqualTo(left))));
    }
}
