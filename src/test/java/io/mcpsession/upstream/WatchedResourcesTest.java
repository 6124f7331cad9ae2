package io.mcpsession.upstream;

import io.mcpsession.handler.Subscriber;
import io.mcpsession.upstream.WatchedResources.Added;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.is;

/** Who wants to hear of which resources. */
class WatchedResourcesTest {

    private static final Subscriber LAPTOP = new Subscriber("alice", "laptop", true);
    private static final Subscriber PHONE = new Subscriber("alice", "phone", true);
    private static final Subscriber BOB = new Subscriber("bob", "stream", false);

    private final WatchedResources watched = new WatchedResources();

    @Test
    void oneUsersWishesAreBoundedAndLeaveRoomForAnothers() {
        for (int i = 0; i < WatchedResources.MOST_OF_ONE / 2; i++) {
            assertThat(watched.add("a:" + i, LAPTOP), is(Added.FIRST));
            assertThat(watched.add("b:" + i, PHONE), is(Added.FIRST));
        }

        assertThat(watched.add("c:1", LAPTOP), is(Added.REFUSED));
        assertThat(watched.add("c:1", PHONE), is(Added.REFUSED));
        assertThat("what is wanted already stays", watched.add("a:1", LAPTOP), is(Added.KNOWN));
        assertThat(watched.add("c:1", BOB), is(Added.FIRST));
    }

    @Test
    void whatNobodyWantsAnyMoreIsForgottenAndGivesRoom() {
        for (int i = 0; i < WatchedResources.MOST_OF_ONE; i++) {
            watched.add("a:" + i, LAPTOP);
        }
        watched.add("a:1", BOB);

        assertThat(watched.retain(LAPTOP, Set.of("a:2")).size(), is(WatchedResources.MOST_OF_ONE - 2));

        assertThat(watched.uris(), containsInAnyOrder("a:1", "a:2"));
        assertThat(watched.add("c:1", PHONE), is(Added.FIRST));
        assertThat(watched.retain(BOB, Set.of()), is(Set.of("a:1")));
    }

    @Test
    void whatTheServerRefusesCountsForNobody() {
        watched.add("a:1", LAPTOP);
        watched.add("a:1", BOB);

        watched.drop("a:1");

        assertThat(watched.contains("a:1"), is(false));
        assertThat(watched.add("a:1", BOB), is(Added.FIRST));
        assertThat(watched.retain(LAPTOP, Set.of()), is(Set.of()));
    }
}
