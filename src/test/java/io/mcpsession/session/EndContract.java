package io.mcpsession.session;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/** Of sessions that are ended before their time. */
interface EndContract extends StoreFixture {

    @Test
    default void endingALiveSessionAnswersWhatItWas() {
        Session session = created(ALICE);

        Lookup before = store().end(session.id(), Ending.DELETED);

        assertThat(before, is(new Lookup.Live(session)));
    }

    @Test
    default void anEndedSessionIsEndedForEveryVerb() {
        SessionId id = opened(ALICE);

        store().end(id, REVOKED);

        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
        assertThat(store().touch(id), is(new Lookup.Ended(REVOKED)));
        assertThat(store().resume(id, ALICE), is(new Lookup.Ended(REVOKED)));
        assertThat(store().resume(id, BOB), is(new Lookup.Ended(REVOKED)));
        assertThat(listed(ALICE), is(empty()));
        assertThat(store().count(), is(0L));
    }

    @Test
    default void endingWhatMustBeAliveEndsALiveSessionLikeAnyOther() {
        Session session = created(ALICE);

        Lookup before = store().endLive(session.id(), Ending.DELETED);

        assertThat(before, is(new Lookup.Live(session)));
        assertThat(store().resume(session.id(), ALICE), is(new Lookup.Ended(Ending.DELETED)));
        assertThat(listed(ALICE), is(empty()));
    }

    @Test
    default void endingWhatMustBeAliveLeavesADeadIdAsItIs() {
        SessionId unknown = ids().mint(ALICE);
        SessionId expired = opened(ALICE);
        SessionId ended = opened(ALICE);
        store().end(ended, REVOKED);
        clock().advance(IDLE);

        assertThat(store().endLive(unknown, Ending.DELETED), is(Lookup.Absent.INSTANCE));
        assertThat(store().endLive(expired, Ending.DELETED), is(Lookup.Absent.INSTANCE));
        assertThat(store().endLive(ended, Ending.DELETED), is(new Lookup.Ended(REVOKED)));
        assertThat(store().find(unknown), is(Lookup.Absent.INSTANCE));
        assertThat(store().find(expired), is(Lookup.Absent.INSTANCE));
        assertThat(store().find(ended), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    default void anIdThatIsAlikeButForItsTagIsUnknown() {
        SessionId ended = opened(ALICE);
        store().end(ended, Ending.DELETED);
        String alike = ended.value().substring(0, ended.value().length() - SessionId.TAG_LENGTH)
                + "A".repeat(SessionId.TAG_LENGTH);

        assertThat(store().find(SessionId.parse(alike).orElseThrow()), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void anIdThatWasNeverOpenedLeavesATombstoneWhenItIsEnded() {
        SessionId id = ids().mint(ALICE);

        Lookup before = store().end(id, Ending.DELETED);

        assertThat(before, is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(new Lookup.Ended(Ending.DELETED)));
    }

    @Test
    default void anExpiredSessionLeavesATombstoneWhenItIsEnded() {
        SessionId id = opened(ALICE);
        clock().advance(IDLE);

        Lookup before = store().end(id, REVOKED);

        assertThat(before, is(Lookup.Absent.INSTANCE));
        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    default void aSessionEndsOnceAndKeepsItsFirstEnding() {
        SessionId id = opened(ALICE);
        store().end(id, Ending.DELETED);

        Lookup before = store().end(id, REVOKED);

        assertThat(before, is(new Lookup.Ended(Ending.DELETED)));
        assertThat(store().find(id), is(new Lookup.Ended(Ending.DELETED)));
    }

    @Test
    default void aTombstoneLastsForAsLongAsTheIdCouldHaveLived() {
        SessionId id = opened(ALICE);
        store().end(id, REVOKED);

        clock().advance(LIFETIME.minus(SECOND));

        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "revoked:", "deleted", "a \"reason\" in Zürich 😀\n"})
    default void theReasonOfARevocationIsKeptToTheLetter(String reason) {
        SessionId id = opened(ALICE);

        store().end(id, Ending.revoked(reason));

        assertThat(store().find(id), is(new Lookup.Ended(Ending.revoked(reason))));
    }

    @Test
    default void theLongestReasonIsKept() {
        SessionId id = opened(ALICE);
        var longest = Ending.revoked("é".repeat(Ending.MAX_REASON));

        store().end(id, longest);

        assertThat(store().find(id), is(new Lookup.Ended(longest)));
    }

    @Test
    default void endingOneSessionLeavesTheOthersAlone() {
        SessionId ended = opened(ALICE);
        Session other = created(ALICE);

        store().end(ended, REVOKED);

        assertThat(store().find(other.id()), is(new Lookup.Live(other)));
        assertThat(listed(ALICE), is(List.of(other.id())));
    }

    @Test
    default void endingAllSessionsOfAUserEndsEachAndNobodyElses() {
        List<SessionId> hers = Stream.generate(() -> opened(ALICE)).limit(3).toList();
        SessionId his = opened(BOB);

        int count = store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(count, is(3));
        hers.forEach(id -> assertThat(store().find(id), is(new Lookup.Ended(REVOKED))));
        assertThat(store().find(his), instanceOf(Lookup.Live.class));
        assertThat(listed(ALICE), is(empty()));
    }

    @Test
    default void endingAllSessionsButOneLeavesThatOneAsItWas() {
        opened(ALICE);
        Session kept = created(ALICE);
        opened(ALICE);
        clock().advance(SECOND);

        int count = store().endAll(ALICE, Optional.of(kept.id()), REVOKED);

        assertThat(count, is(2));
        assertThat(store().find(kept.id()), is(new Lookup.Live(kept)));
        assertThat(listed(ALICE), is(List.of(kept.id())));
    }

    @Test
    default void keepingASessionOfSomebodyElseKeepsNone() {
        opened(ALICE);
        SessionId his = opened(BOB);

        int count = store().endAll(ALICE, Optional.of(his), REVOKED);

        assertThat(count, is(1));
        assertThat(listed(ALICE), is(empty()));
    }

    @Test
    default void onlySessionsThatWereAliveAreCountedAsEnded() {
        SessionId expired = opened(ALICE);
        clock().advance(IDLE);
        store().end(opened(ALICE), Ending.DELETED);
        opened(ALICE);

        int count = store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(count, is(1));
        assertThat(store().find(expired), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void aSessionThatHadEndedKeepsItsEndingWhenAllAreEnded() {
        SessionId id = opened(ALICE);
        store().end(id, Ending.DELETED);

        store().endAll(ALICE, Optional.empty(), REVOKED);

        assertThat(store().find(id), is(new Lookup.Ended(Ending.DELETED)));
    }

    @Test
    default void aUserWithoutSessionsHasNoneToEnd() {
        assertThat(store().endAll(ALICE, Optional.empty(), REVOKED), is(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 2001})
    default void howeverManySessionsAUserHasAllAreEnded(int many) {
        List<SessionId> all = Stream.generate(() -> opened(ALICE)).limit(many).toList();
        SessionId kept = all.getFirst();

        int ended = store().endAll(ALICE, Optional.of(kept), REVOKED);

        assertThat(ended, is(many - 1));
        assertThat(store().count(), is(1L));
        assertThat(store().endAll(ALICE, Optional.empty(), REVOKED), is(1));
        assertThat(store().find(all.getLast()), is(new Lookup.Ended(REVOKED)));
        assertThat(store().count(), is(0L));
    }
}
