package io.mcpsession.session;

import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

class MismatchInquiryTest {

    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Principal BOB = Principal.ofSubject("bob");
    private static final int MOST_AT_ONCE = 16;

    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionId hers =
            new SessionIds(() -> keys, new SecureRandom(), MutableClock.atPresent()).mint(ALICE);
    private final BlockingQueue<Optional<Principal>> owners = new LinkedBlockingQueue<>();

    private MismatchInquiry inquiry(Function<SessionId, Lookup> find) {
        SessionStore store = new UnavailableStore() {
            @Override
            public Lookup find(SessionId id) {
                return find.apply(id);
            }
        };
        return new MismatchInquiry(store, new OwnersHeard(owners));
    }

    private Optional<Principal> ownerHeard() throws InterruptedException {
        return owners.poll(10, TimeUnit.SECONDS);
    }

    private Lookup live() {
        return new Lookup.Live(Session.opened(hers, ALICE, Instant.MAX,
                new Opening("2025-11-25", ClientInfo.UNKNOWN)));
    }

    @Test
    void theOwnerOfALiveSessionIsFoundOut() throws InterruptedException {
        inquiry(_ -> live()).ask(BOB, hers);

        assertThat(ownerHeard(), is(Optional.of(ALICE)));
    }

    @Test
    void nobodyOwnsASessionThatIsNotAlive() throws InterruptedException {
        inquiry(_ -> new Lookup.Ended(Ending.DELETED)).ask(BOB, hers);

        assertThat(ownerHeard(), is(Optional.empty()));
    }

    @Test
    void aMismatchIsToldEvenIfTheRecordCannotBeRead() throws InterruptedException {
        inquiry(_ -> {
            throw new IllegalStateException("no record");
        }).ask(BOB, hers);

        assertThat(ownerHeard(), is(Optional.empty()));
    }

    @Test
    void aFloodOfGuessesIsToldWithoutALookUpForEach() throws InterruptedException {
        var answer = new CountDownLatch(1);
        MismatchInquiry inquiry = inquiry(_ -> {
            awaitQuietly(answer);
            return live();
        });
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            inquiry.ask(BOB, hers);
        }

        inquiry.ask(BOB, hers);

        assertThat(ownerHeard(), is(Optional.empty()));
        answer.countDown();
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            assertThat(ownerHeard(), is(Optional.of(ALICE)));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record OwnersHeard(BlockingQueue<Optional<Principal>> owners) implements SessionObserver {

        @Override
        public void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
            owners.add(owner);
        }
    }
}
