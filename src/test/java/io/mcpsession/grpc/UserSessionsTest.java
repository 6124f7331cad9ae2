package io.mcpsession.grpc;

import io.grpc.Status.Code;
import io.mcpsession.v1.Client;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.ListSessionsFilter;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.ListSessionsResponse;
import io.mcpsession.v1.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
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

    @Test
    void aFilterShowsOnlyWhatMatches() {
        Session plain = create(alice);
        Instant opened = now();
        advance(Duration.ofMillis(1));
        Session wanted = api.stub().createSession(CreateSessionRequest.newBuilder()
                .setOwner(alice).setProtocolVersion("2025-06-18").setClient(Client.newBuilder().setName("inspector"))
                .putAttributes("tier", "gold").putAttributes("more", "").build());

        assertThat(filtered(filter -> filter.setProtocolVersion("2025-06-18")), contains(wanted));
        assertThat(filtered(filter -> filter.setClientName("inspector")), contains(wanted));
        assertThat(filtered(filter -> filter.putAttributes("tier", "gold")), contains(wanted));
        assertThat(filtered(filter -> filter.setOpenedSince(Messages.timestamp(now()))), contains(wanted));
        assertThat(filtered(filter -> filter.setOpenedBefore(Messages.timestamp(now()))), contains(plain));
        assertThat(filtered(filter -> filter.setOpenedSince(Messages.timestamp(opened))), contains(plain, wanted));
        assertThat(filtered(filter -> filter.putAttributes("tier", "silver")), is(empty()));
    }

    private List<Session> filtered(Consumer<ListSessionsFilter.Builder> wanted) {
        ListSessionsFilter.Builder filter = ListSessionsFilter.newBuilder();
        wanted.accept(filter);
        return api.stub().listSessions(ListSessionsRequest.newBuilder().setOwner(alice).setFilter(filter).build())
                .getSessionsList();
    }

    @Test
    void pagesOfAFilterShowEveryMatchOnce() {
        List<Session> wanted = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            advance(Duration.ofMillis(1));
            Session session = api.stub().createSession(CreateSessionRequest.newBuilder().setOwner(alice)
                    .setProtocolVersion("2025-06-18").putAttributes("odd", "" + i % 2).build());
            if (i % 2 == 1) {
                wanted.add(session);
            }
        }

        List<Session> listed = new ArrayList<>();
        String token = "";
        do {
            ListSessionsResponse page = api.stub().listSessions(ListSessionsRequest.newBuilder().setOwner(alice)
                    .setPageSize(3).setPageToken(token)
                    .setFilter(ListSessionsFilter.newBuilder().putAttributes("odd", "1")).build());
            listed.addAll(page.getSessionsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());

        assertThat(listed, is(wanted));
    }

    @Test
    void sessionsAreCountedByUserAndAltogether() {
        long before = count(CountSessionsRequest.getDefaultInstance());
        create(alice);
        create(alice);
        create(bob);

        assertThat(count(CountSessionsRequest.newBuilder().setOwner(alice).build()), is(2L));
        assertThat(count(CountSessionsRequest.getDefaultInstance()), is(before + 3));
    }

    private long count(CountSessionsRequest request) {
        return api.stub().countSessions(request).getCount();
    }
}
