package io.mcpsession.grpc;

import io.grpc.Status.Code;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.ListSessionsResponse;
import io.mcpsession.v1.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

class UserSessionsTest extends ApiOnRedis {

    @Test
    void aListShowsAllSessionsOfItsUserAndNobodyElses() {
        Session first = create(alice);
        advance(Duration.ofMillis(1));
        Session second = create(alice);
        create(bob);

        ListSessionsResponse response = list(alice, 0, "");

        assertThat(response.getSessionsList(), contains(first, second));
        assertThat(response.getNextPageToken(), is(emptyString()));
    }

    @Test
    void pagesShowEverySessionOnceOldestFirst() {
        List<Session> created = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            advance(Duration.ofMillis(1));
            created.add(create(alice));
        }

        List<Session> listed = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String token = "";
        do {
            ListSessionsResponse page = list(alice, 3, token);
            listed.addAll(page.getSessionsList());
            sizes.add(page.getSessionsCount());
            token = page.getNextPageToken();
        } while (!token.isEmpty());

        assertThat(listed, is(created));
        assertThat(sizes, contains(3, 3, 1));
    }

    @Test
    void aPageHoldsFiftySessionsUnlessAskedOtherwise() {
        for (int i = 0; i < 51; i++) {
            create(alice);
        }

        assertThat(list(alice, 0, "").getSessionsList(), hasSize(50));
        assertThat(list(alice, 0, "").getNextPageToken(), is(not(emptyString())));
        assertThat(list(alice, 5000, "").getSessionsList(), hasSize(51));
    }

    @Test
    void aPageTokenIsGoodForItsOwnUserOnly() {
        create(alice);
        create(alice);
        String token = list(alice, 1, "").getNextPageToken();

        Failure failure = Failure.of(() -> list(bob, 1, token));

        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.reason(), is("REQUEST_INVALID"));
        assertThat(failure.field(), is("page_token"));
    }

    @Test
    void revokingEndsAllSessionsOfAUserAndCountsThem() {
        Session first = create(alice);
        Session second = create(alice);
        Session others = create(bob);

        assertThat(revoke(alice, "", ""), is(2));
        assertThat(revoke(alice, "", ""), is(0));

        assertThat(validate(first, alice).getDecision(), is(Decision.DECISION_REVOKED));
        assertThat(validate(second, alice).getDecision(), is(Decision.DECISION_REVOKED));
        assertThat(validate(others, bob).getDecision(), is(Decision.DECISION_ACTIVE));
    }

    @Test
    void revokingSparesTheSessionToKeep() {
        Session kept = create(alice);
        Session ended = create(alice);

        assertThat(revoke(alice, kept.getSessionId(), "logout elsewhere"), is(1));

        assertThat(validate(kept, alice).getDecision(), is(Decision.DECISION_ACTIVE));
        assertThat(validate(ended, alice).getDecision(), is(Decision.DECISION_REVOKED));
    }
}
