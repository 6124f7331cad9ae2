package io.mcpsession.http2;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

/** A window of 1000 bytes; its client is told of room of 500 or more. */
class StreamLedgerTest {

    private final StreamLedger ledger = new StreamLedger(1000);

    @Test
    void whatIsReadMakesRoom() {
        ledger.opened(1);
        ledger.received(1, 900);
        assertThat(ledger.read(1, 499), is(0));
        assertThat(ledger.takeRoom(), is(0));

        assertThat(ledger.read(1, 2), is(501));
        assertThat(ledger.takeRoom(), is(501));
        assertThat(ledger.takeRoom(), is(0));
    }

    @Test
    void whatNobodyReadMakesRoomWhenItsStreamIsOver() {
        ledger.opened(1);
        ledger.received(1, 900);
        ledger.ended(1);
        assertThat(ledger.takeRoom(), is(0));

        ledger.answered(1);
        assertThat(ledger.takeRoom(), is(900));
    }

    @Test
    void anAnswerAloneEndsNoStream() {
        ledger.opened(1);
        ledger.received(1, 500);
        ledger.answered(1);
        assertThat(ledger.takeRoom(), is(0));

        ledger.received(1, 400);
        ledger.ended(1);
        assertThat(ledger.takeRoom(), is(900));
    }

    @Test
    void whatComesWhenNobodyIsLeftToReadItMakesRoomAtOnce() {
        ledger.opened(1);
        assertThat(ledger.received(1, 300), is(true));
        ledger.answered(1);
        ledger.left(1);
        assertThat(ledger.received(1, 400), is(false));
        assertThat(ledger.takeRoom(), is(700));
        assertThat("nobody waits for it", ledger.open(), is(empty()));

        ledger.ended(1);
        assertThat("is forgotten", ledger.received(1, 1), is(true));
    }

    @Test
    void whoIsDoneHasSaidAll() {
        ledger.opened(1);
        assertThat(ledger.isEnded(1), is(false));
        ledger.ended(1);
        assertThat(ledger.isEnded(1), is(true));
        assertThat("one it does not know", ledger.isEnded(3), is(false));
    }

    @Test
    void aResetEndsItFromEitherSide() {
        ledger.opened(1);
        ledger.received(1, 700);
        ledger.resetByClient(1);
        assertThat(ledger.takeRoom(), is(700));
    }

    @Test
    void nothingMakesRoomTwice() {
        ledger.opened(1);
        ledger.received(1, 900);
        ledger.answered(1);
        ledger.ended(1);
        assertThat(ledger.read(1, 900), is(0));
        assertThat(ledger.takeRoom(), is(900));
        assertThat(ledger.takeRoom(), is(0));
    }

    @Test
    void whatComesForNoStreamIsNotWaitedFor() {
        ledger.received(7, 600);
        assertThat(ledger.takeRoom(), is(600));
    }

    @Test
    void smallCallsAddUp() {
        int room = 0;
        for (int stream = 1; stream < 2000; stream += 2) {
            ledger.opened(stream);
            ledger.received(stream, 60);
            ledger.ended(stream);
            ledger.read(stream, stream % 4 == 1 ? 60 : 0);
            ledger.answered(stream);
            room += ledger.takeRoom();
        }
        assertThat("all but what is not worth telling", 1000 * 60 - room < 500);
    }

    @Test
    void whoIsDoneGetsNoRoomOnItsStream() {
        ledger.opened(1);
        ledger.received(1, 900);
        ledger.ended(1);
        assertThat(ledger.read(1, 900), is(0));
        assertThat(ledger.takeRoom(), is(900));
    }

    @Test
    void openIsWhoeverIsNotDone() {
        List.of(1, 3, 5, 7).forEach(ledger::opened);
        ledger.ended(3);
        ledger.answered(5);
        ledger.resetByClient(7);
        assertThat(ledger.open(), containsInAnyOrder(1, 5));

        ledger.ended(5);
        ledger.ended(1);
        assertThat(ledger.open(), is(empty()));
    }
}
