package io.mcpsession.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Comparator.comparing;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

/** Of changing sessions and listing them. */
interface ChangeAndListContract extends StoreFixture {

    @Test
    default void anUpdateChangesTheSessionAndNotItsExpiry() {
        Session session = created(ALICE);
        clock().advance(Duration.ofMinutes(1));

        Lookup updated = store().update(session.id(), it -> it.with("log-level", "debug"));

        assertThat(updated, is(new Lookup.Live(session.with("log-level", "debug"))));
        assertThat(store().find(session.id()), is(updated));
    }

    @Test
    default void aDeadSessionIsNotUpdated() {
        SessionId expired = opened(ALICE);
        clock().advance(IDLE);
        SessionId ended = opened(ALICE);
        store().end(ended, REVOKED);

        assertThat(store().update(expired, it -> it.with("a", "b")), is(Lookup.Absent.INSTANCE));
        assertThat(store().update(ended, it -> it.with("a", "b")), is(new Lookup.Ended(REVOKED)));
        assertThat(store().find(expired), is(Lookup.Absent.INSTANCE));
    }

    @Test
    default void ofUpdatesMadeAtOnceNoneIsLost() throws InterruptedException {
        SessionId id = opened(ALICE);
        List<Thread> writers = IntStream.range(0, 8)
                .mapToObj(n -> Thread.startVirtualThread(() -> store().update(id, it -> it.with("key-" + n, "x"))))
                .toList();

        for (Thread writer : writers) {
            writer.join();
        }

        Map<String, String> attributes = ((Lookup.Live) store().find(id)).session().attributes();
        assertThat(attributes.keySet().stream().filter(name -> name.startsWith("key-")).count(), is(8L));
    }

    @Test
    default void sessionsAreListedOldestFirst() {
        List<SessionId> opened = Stream.generate(() -> {
            clock().advance(MOMENT);
            return opened(ALICE);
        }).limit(20).toList();

        assertThat(listed(ALICE), is(opened));
    }

    @Test
    default void touchingASessionDoesNotChangeItsPlaceInTheList() {
        SessionId first = opened(ALICE);
        clock().advance(Duration.ofMinutes(1));
        SessionId second = opened(ALICE);

        store().touch(first);

        assertThat(listed(ALICE), is(List.of(first, second)));
    }

    @Test
    default void listedSessionsAreWholeAndNotExtended() {
        Session session = created(ALICE);
        clock().advance(Duration.ofMinutes(1));

        SessionPage page = store().list(ALICE, Optional.empty(), 10);

        assertThat(page, is(new SessionPage(List.of(session), false)));
        assertThat(store().find(session.id()), is(new Lookup.Live(session)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 11, 12, 13})
    default void pagesHoldEachSessionOnceAndTellWhetherMoreFollow(int size) {
        // All in one millisecond: the time alone puts them in no order.
        List<SessionId> opened = Stream.generate(() -> opened(ALICE)).limit(12).toList();

        List<SessionId> read = new ArrayList<>();
        Optional<SessionId> after = Optional.empty();
        SessionPage page;
        do {
            page = store().list(ALICE, after, size);
            assertThat(page.sessions().size(), is(Math.min(size, opened.size() - read.size())));
            read.addAll(StoreFixture.idsOf(page.sessions()));
            after = Optional.of(read.getLast());
            assertThat(page.more(), is(read.size() < opened.size()));
        } while (page.more());

        assertThat(read.stream().sorted(comparing(SessionId::value)).toList(),
                is(opened.stream().sorted(comparing(SessionId::value)).toList()));
    }

    @Test
    default void aPageGoesOnWhereTheOneBeforeEndedEvenIfThatSessionIsGone() {
        List<SessionId> opened = Stream.generate(() -> {
            clock().advance(MOMENT);
            return opened(ALICE);
        }).limit(4).toList();
        SessionId last = store().list(ALICE, Optional.empty(), 2).sessions().getLast().id();
        store().end(last, REVOKED);

        SessionPage next = store().list(ALICE, Optional.of(last), 2);

        assertThat(StoreFixture.idsOf(next.sessions()), is(opened.subList(2, 4)));
        assertThat(next.more(), is(false));
    }

    @Test
    default void deadSessionsAreNeitherListedNorAnnouncedAsMore() {
        Stream.generate(() -> opened(ALICE)).limit(10).forEach(_ -> { });
        clock().advance(IDLE.minus(SECOND));
        SessionId alive = opened(ALICE);
        store().end(opened(ALICE), REVOKED);
        clock().advance(SECOND);

        SessionPage page = store().list(ALICE, Optional.empty(), 1);

        assertThat(StoreFixture.idsOf(page.sessions()), is(List.of(alive)));
        assertThat(page.more(), is(false));
    }

    @Test
    default void sessionsOfSomebodyElseAreNotListed() {
        opened(BOB);

        assertThat(store().list(ALICE, Optional.empty(), 10), is(new SessionPage(List.of(), false)));
    }
}
