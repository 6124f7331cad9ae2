package io.mcpsession.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

/** Of new sessions. */
interface CreateContract extends StoreFixture {

    @Test
    default void aNewSessionIsFoundAsItWasOpened() {
        SessionId id = ids().mint(ALICE);

        Session created = created(id, ALICE, OPENING);

        assertThat(created, is(Session.opened(id, ALICE, in(IDLE), OPENING)));
        assertThat(store().find(id), is(new Lookup.Live(created)));
    }

    @Test
    default void aSessionOfAClientThatSaidNothingIsFoundAsItWasOpened() {
        var opening = new Opening("2025-06-18", ClientInfo.UNKNOWN);

        Session created = created(ids().mint(ALICE), ALICE, opening);

        assertThat(store().find(created.id()), is(new Lookup.Live(created)));
        assertThat(created.client(), is(ClientInfo.UNKNOWN));
    }

    @Test
    default void aNewSessionIsGrantedNoMoreThanTheRestOfItsAbsoluteLifetime() {
        SessionId id = ids().mint(ALICE);
        clock().advance(LIFETIME.minusSeconds(5));

        Session created = created(id, ALICE, OPENING);

        assertThat(created.expires(), is(in(Duration.ofSeconds(5))));
    }

    @Test
    default void creatingTheSameSessionAgainLeavesOneSession() {
        SessionId id = opened(ALICE);

        Session repeated = created(id, ALICE, OPENING);

        assertThat(store().find(id), is(new Lookup.Live(repeated)));
        assertThat(store().count(), is(1L));
        assertThat(listed(ALICE), is(List.of(id)));
    }

    @Test
    default void anEndedIdIsNotCreatedAgain() {
        SessionId id = opened(ALICE);
        store().end(id, REVOKED);

        Placement refused = store().create(id, ALICE, OPENING);

        assertThat(refused, is(new Placement.Ended(REVOKED)));
        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
        assertThat(listed(ALICE), is(empty()));
        assertThat(store().count(), is(0L));
    }

    @Test
    default void anIdEndedWithAllOthersIsNotCreatedAgain() {
        SessionId id = opened(ALICE);
        store().endAll(ALICE, Optional.empty(), REVOKED);

        store().create(id, ALICE, OPENING);

        assertThat(store().find(id), is(new Lookup.Ended(REVOKED)));
    }

    @Test
    default void onlyLiveSessionsAreCountedWhoeverOwnsThem() {
        for (int i = 0; i < 20; i++) {
            opened(Principal.ofSubject("expired " + i));
        }
        clock().advance(IDLE);
        for (int i = 0; i < 30; i++) {
            opened(Principal.ofSubject("user " + i));
        }
        store().end(opened(ALICE), REVOKED);

        assertThat(store().count(), is(30L));
    }
}
