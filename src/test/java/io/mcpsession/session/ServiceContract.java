package io.mcpsession.session;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

/** Of what trusted services ask. */
interface ServiceContract extends StoreFixture {

    RequestId REQUEST = new RequestId("a retry", "body");

    @Test
    default void aRepeatedRequestAnswersWithTheSessionThatTheFirstOpened() {
        Creation first = store().create(ids().mint(ALICE), ALICE, OPENING, REQUEST);
        clock().advance(SECOND);

        Creation second = store().create(ids().mint(ALICE), ALICE, OPENING, REQUEST);

        assertThat(first, instanceOf(Creation.Made.class));
        Session session = ((Creation.Made) first).session();
        assertThat(second, is(new Creation.Repeated(session.id(), new Lookup.Live(session))));
        assertThat(store().count(), is(1L));
    }

    @Test
    default void anotherRequestOfTheSameNameIsNoticedAndOpensNothing() {
        store().create(ids().mint(ALICE), ALICE, OPENING, REQUEST);

        Creation other = store().create(ids().mint(ALICE), ALICE, OPENING, new RequestId("a retry", "other"));

        assertThat(other, is(new Creation.NameTaken()));
        assertThat(store().count(), is(1L));
    }

    @Test
    default void aRequestOfTheSameNameIsSomebodyElsesOwn() {
        store().create(ids().mint(ALICE), ALICE, OPENING, REQUEST);

        assertThat(store().create(ids().mint(BOB), BOB, OPENING, REQUEST), instanceOf(Creation.Made.class));
    }

    @Test
    default void aRepeatedRequestDoesNotBringBackASessionThatWasEnded() {
        Creation first = store().create(ids().mint(ALICE), ALICE, OPENING, REQUEST);
        SessionId id = ((Creation.Made) first).session().id();
        store().end(id, REVOKED);

        assertThat(store().create(ids().mint(ALICE), ALICE, OPENING, REQUEST),
                is(new Creation.Repeated(id, new Lookup.Ended(REVOKED))));
        assertThat(store().count(), is(0L));
    }

    @Test
    default void manyAreLookedUpAsEachWouldBeAlone() {
        Session mine = created(ALICE);
        Session theirs = created(BOB);
        SessionId ended = opened(ALICE);
        store().end(ended, REVOKED);
        clock().advance(SECOND.multipliedBy(10));

        List<Lookup> found = store().lookUp(List.of(
                new Inquiry(ended, Optional.of(ALICE), true),
                new Inquiry(theirs.id(), Optional.of(ALICE), true),
                new Inquiry(mine.id(), Optional.of(ALICE), true),
                new Inquiry(ids().mint(ALICE), Optional.of(ALICE), false),
                new Inquiry(theirs.id(), Optional.empty(), false),
                new Inquiry(mine.id(), Optional.of(ALICE), false)));

        Lookup touched = new Lookup.Live(mine.expiring(in(IDLE)));
        assertThat(found, is(List.of(new Lookup.Ended(REVOKED), new Lookup.OtherOwner(BOB), touched,
                Lookup.Absent.INSTANCE, new Lookup.Live(theirs), touched)));
    }

    @Test
    default void theSessionsOfOneUserAreCounted() {
        created(ALICE);
        clock().advance(IDLE);
        created(ALICE);
        created(ALICE);
        created(BOB);

        assertThat(store().count(ALICE), is(2L));
        assertThat(store().count(), is(3L));
    }

    @Test
    default void aRevivedSessionIsOfAnotherEpoch() {
        Session before = created(ALICE);
        clock().advance(IDLE);

        Placement revived = store().revive(before.id(), ALICE, OPENING);

        assertThat(((Placement.Made) revived).session(), is(before.expiring(in(IDLE)).inEpoch(clock().millis())));
        assertThat(store().find(before.id()), is(new Lookup.Live(((Placement.Made) revived).session())));
    }
}
