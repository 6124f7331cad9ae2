package io.mcpsession.redis;

import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

/** What is heard of a bus whose stream Redis loses while the clock goes back. */
class RedisBusTest {

    private static final Position FAR_AHEAD = new Position(9_000_000_000_000L, 0);

    private final RedisConfig config = TestRedis.config();
    private final String key = config.keyPrefix() + ":bus";
    private final RawRedis raw = TestRedis.raw();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final RedisBus bus = new RedisBus(TestRedis.client(), TestRedis.calls(TestRedis.client()), config);

    @BeforeEach
    void follow() {
        bus.follow(event -> heard.add(((BusEvent.SessionsEnded) event.event()).user()));
        bus.start();
        AtomicInteger number = new AtomicInteger();
        eventually(() -> {
            write("1-" + number.incrementAndGet(), "begun");
            return heard.size();
        }, is(greaterThan(0)));
        write("2-0", "all heard");
        eventually(() -> heard, hasItem("all heard"));
        raw.call("DEL", key);
        heard.clear();
    }

    @AfterEach
    void close() {
        bus.close();
    }

    private void write(String id, String user) {
        raw.call("XADD", key, id, "e", BusEventText.write(new BusEvent.SessionsEnded(user)));
    }

    private void hear(String... users) {
        eventually(() -> List.copyOf(heard), contains(users));
    }

    @Test
    void whatComesAfterTheLossIsHeardThoughItsNumbersAreLower() {
        write(FAR_AHEAD.text(), "before");
        hear("before");
        raw.call("DEL", key);

        bus.publish(new BusEvent.SessionsEnded("after"));

        hear("before", "after");
        bus.publish(new BusEvent.SessionsEnded("later"));
        hear("before", "after", "later");
    }

    @Test
    void whatAnOldSnapshotBringsBackIsNotHeardAgain() {
        write("10-0", "kept");
        write(FAR_AHEAD.text(), "lost");
        hear("kept", "lost");
        raw.call("DEL", key);
        write("10-0", "kept");

        bus.publish(new BusEvent.SessionsEnded("after"));

        hear("kept", "lost", "after");
    }

    @Test
    void nobodyIsToldThatNothingIsMissingBehindWhatWasLost() {
        write("10-0", "kept");
        write(FAR_AHEAD.text(), "lost");
        hear("kept", "lost");
        assertThat(bus.after(FAR_AHEAD, _ -> true), is(true));
        raw.call("DEL", key);
        write("10-0", "kept");

        assertThat(bus.after(FAR_AHEAD, _ -> true), is(false));
        assertThat(bus.after(new Position(10, 0), _ -> true), is(true));
    }

    @Test
    void whatWasMissedIsReadInOrderAndNoFurtherThanWanted() {
        IntStream.rangeClosed(100, 450).forEach(i -> write(i + "-0", "user " + i));
        List<String> missed = new ArrayList<>();

        assertThat(bus.after(new Position(100, 0), event -> {
            missed.add(((BusEvent.SessionsEnded) event.event()).user());
            return missed.size() < 320;
        }), is(true));

        assertThat(missed, is(IntStream.rangeClosed(101, 420).mapToObj(i -> "user " + i).toList()));
    }

    @Test
    void noEventIsLargerThanSomeKilobytes() {
        bus.publish(new BusEvent.ResourceUpdated("test://" + "x".repeat(5000)));
        bus.publish(new BusEvent.SessionsEnded("after"));

        hear("after");
        assertThat(raw.call("XLEN", key), is(1L));
    }
}
