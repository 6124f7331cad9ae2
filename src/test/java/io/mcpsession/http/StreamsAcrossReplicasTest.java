package io.mcpsession.http;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.Changes;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Resource;
import io.mcpsession.handler.ResourceContents;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.EventSource;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import io.mcpsession.testing.TestTool;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.is;

class StreamsAcrossReplicasTest {

    private static final int EVENTS = 1000;
    private static final int BREAKS = 50;
    private static final String COUNT = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"count","_meta":{"progressToken":"t"}}}""";
    private static final String WAIT = """
            {"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"wait","_meta":{"progressToken":"t"}}}""";
    private static final String ASK = """
            {"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"ask"}}""";
    private static final String INITIALIZE = """
            {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
             "capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}""";

    private static EmbeddedRedis redis;
    private static TestServer a;
    private static TestServer b;
    private static Changes changes;
    private static final CountDownLatch CANCELLED = new CountDownLatch(1);

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        a = TestServer.on(redis.address(), Map.of(), StreamsAcrossReplicasTest::offering);
        b = TestServer.on(redis.address(), Map.of(), StreamsAcrossReplicasTest::offering);
    }

    @AfterAll
    static void stop() {
        a.close();
        b.close();
        redis.close();
    }

    @Test
    void aStreamBrokenOnOneReplicaGoesOnOnTheOtherWithNoEventLostOrDoubled() {
        McpClient alice = initialized();
        List<Integer> seen = new ArrayList<>();
        String last = null;
        boolean done = false;

        for (int part = 0; !done; part++) {
            McpClient at = alice.at((part % 2 == 0 ? a : b).endpoint());
            try (EventSource stream = part == 0
                    ? EventSource.post(at, COUNT)
                    : EventSource.get(at.with("Last-Event-ID", last))) {
                assertThat(stream.status(), is(200));
                int wanted = part < BREAKS ? EVENTS / (BREAKS + 1) : Integer.MAX_VALUE;
                for (int i = 0; i < wanted && !done; i++) {
                    EventSource.Event event = stream.message();
                    last = event.id();
                    done = event.json().containsKey("result");
                    if (!done) {
                        seen.add(event.json().getJsonObject("params").getInt("progress"));
                    }
                }
            }
        }

        assertThat(seen, is(IntStream.rangeClosed(1, EVENTS).boxed().toList()));
    }

    @Test
    void aStreamOfAnotherUserIsNotResumed() {
        McpClient alice = initialized();
        String id;
        try (EventSource stream = EventSource.post(alice.at(a.endpoint()), COUNT)) {
            id = stream.message().id();
        }
        McpClient bob = b.bob();
        McpClient bobInHisOwn = bob.in(bob.post(INITIALIZE).session());

        try (EventSource stolen = EventSource.get(bob.in(alice.header("Mcp-Session-Id")).with("Last-Event-ID", id))) {
            assertThat(stolen.status(), is(404));
        }
        try (EventSource guessed = EventSource.get(bobInHisOwn.with("Last-Event-ID", id))) {
            // His own stream of server messages begins; nothing of hers is on it.
            assertThat(guessed.next().orElseThrow().data(), is(""));
            changes.resourcesChanged();
            assertThat(guessed.message().json().getString("method"), is("notifications/resources/list_changed"));
        }
    }

    @Test
    void aCallThatRunsOnOneReplicaIsCancelledThroughTheOther() throws InterruptedException {
        McpClient alice = initialized();

        try (EventSource stream = EventSource.post(alice.at(a.endpoint()), WAIT)) {
            stream.message();
            int status = alice.at(b.endpoint()).post("""
                    {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":8}}""").status();

            assertThat(status, is(202));
            assertThat(CANCELLED.await(5, TimeUnit.SECONDS), is(true));
            assertThat("a cancelled call gets no response", stream.next(), is(Optional.empty()));
        }
    }

    @Test
    void aQuestionAskedOnOneReplicaIsAnsweredThroughTheOther() {
        McpClient alice = initialized();

        try (EventSource stream = EventSource.post(alice.at(a.endpoint()), ASK)) {
            JsonObject question = stream.message().json();
            assertThat(question.getString("method"), is("elicitation/create"));
            JsonObject answer = Json.createObjectBuilder().add("jsonrpc", "2.0").add("id", question.get("id"))
                    .add("result", Json.createObjectBuilder().add("action", "accept")
                            .add("content", Json.createObjectBuilder().add("name", "Ada"))).build();

            int status = alice.at(b.endpoint()).post(answer.toString()).status();

            assertThat(status, is(202));
            assertThat(text(stream.message().json()), is("Hello, Ada!"));
        }
    }

    @Test
    void anAnswerFromAnotherSessionCountsForNothing() {
        McpClient alice = initialized();
        McpClient bob = b.bob();
        McpClient other = bob.in(bob.post(INITIALIZE).session());

        try (EventSource stream = EventSource.post(alice.at(a.endpoint()), ASK)) {
            String id = stream.message().json().getString("id");
            String answer = """
                    {"jsonrpc":"2.0","id":"%s","result":{"action":"accept","content":{"name":"%s"}}}""";
            other.post(answer.formatted(id, "Mallory"));
            alice.at(b.endpoint()).post(answer.formatted(id, "Ada"));

            assertThat(text(stream.message().json()), is("Hello, Ada!"));
        }
    }

    @Test
    void aServerMessageMissedWhileDetachedIsReplayedByTheOtherReplicaOnce() {
        McpClient alice = initialized();
        Answer subscribed = alice.at(b.endpoint()).post("""
                {"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"test://watched"}}""");
        assertThat(subscribed.result(), is(JsonObject.EMPTY_JSON_OBJECT));
        String last;
        try (EventSource stream = EventSource.get(alice.at(a.endpoint()))) {
            stream.next();
            changes.toolsChanged();
            EventSource.Event event = stream.message();
            assertThat(event.json().getString("method"), is("notifications/tools/list_changed"));
            last = event.id();
        }
        changes.resourceUpdated("test://watched");
        changes.resourceUpdated("test://unwatched");
        changes.promptsChanged();

        List<String> methods = new ArrayList<>();
        try (EventSource stream = EventSource.get(alice.at(b.endpoint()).with("Last-Event-ID", last))) {
            // Two events published at once may come in either order.
            while (methods.size() < 2) {
                methods.add(stream.message().json().getString("method"));
            }
            changes.resourcesChanged();
            methods.add(stream.message().json().getString("method"));
        }

        assertThat(methods, containsInAnyOrder("notifications/resources/updated",
                "notifications/prompts/list_changed", "notifications/resources/list_changed"));
    }

    @Test
    void theStreamOfServerMessagesEndsWithItsSession() {
        McpClient alice = initialized();

        try (EventSource stream = EventSource.get(alice.at(a.endpoint()))) {
            stream.next();
            assertThat(alice.at(b.endpoint()).delete().status(), is(204));

            assertThat(stream.next(), is(Optional.empty()));
        }
    }

    @Test
    void theNewestOfTwoStreamsOfServerMessagesIsTheOne() {
        McpClient alice = initialized();

        try (EventSource first = EventSource.get(alice.at(a.endpoint()))) {
            first.next();
            try (EventSource second = EventSource.get(alice.at(b.endpoint()))) {
                second.next();
                assertThat(first.next(), is(Optional.empty()));
                changes.resourcesChanged();
                assertThat(second.message().json().getString("method"),
                        is("notifications/resources/list_changed"));
            }
        }
    }

    /** How many streams are opened at once, on how many replicas, and whether they resume. */
    @ParameterizedTest
    @CsvSource({"2,1,false", "2,2,false", "3,1,false", "3,2,false", "2,1,true", "2,2,true", "3,2,true"})
    void ofStreamsOpenedAtOnceExactlyOneStays(int count, int replicas, boolean resuming) {
        for (int round = 0; round < 10; round++) {
            McpClient alice = initialized();
            String last = lastEventId(alice);
            List<EventSource> streams = IntStream.range(0, count).parallel().mapToObj(i -> {
                McpClient at = alice.at((i % replicas == 0 ? a : b).endpoint());
                return EventSource.get(resuming ? at.with("Last-Event-ID", last) : at);
            }).toList();
            List<CompletableFuture<Boolean>> heard = streams.stream().map(stream -> CompletableFuture.supplyAsync(
                    () -> hears(stream), task -> Thread.ofVirtual().start(task))).toList();

            eventually(() -> heard.stream().filter(CompletableFuture::isDone).count(), is(count - 1L));
            changes.toolsChanged();

            assertThat("round " + round, heard.stream().filter(CompletableFuture::join).count(), is(1L));
            streams.forEach(EventSource::close);
        }
    }

    private static String lastEventId(McpClient alice) {
        try (EventSource stream = EventSource.get(alice)) {
            return stream.next().orElseThrow().id();
        }
    }

    /** Whether something is said before the stream ends. */
    private static boolean hears(EventSource stream) {
        for (Optional<EventSource.Event> event = stream.next(); event.isPresent(); event = stream.next()) {
            if (!event.get().data().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static McpClient initialized() {
        McpClient alice = a.alice();
        return alice.in(alice.post(INITIALIZE).session());
    }

    private static String text(JsonObject answer) {
        return answer.getJsonObject("result").getJsonArray("content").getJsonObject(0).getString("text");
    }

    private static Offering offering(Changes announced) {
        changes = announced;
        return new Offering(List.of(), List.of(new Watched()), List.of(), List.of()).and(Offering.ofTools(List.of(
                TestTool.of("count", (call, _) -> {
                    IntStream.rangeClosed(1, EVENTS).forEach(i -> call.progress(i, EVENTS, ""));
                    return ToolResult.text("done");
                }),
                TestTool.of("wait", (call, _) -> {
                    call.progress(1, 2, "");
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        CANCELLED.countDown();
                        throw new CallCancelledException();
                    }
                    return ToolResult.text("never");
                }),
                TestTool.of("ask", (call, _) -> {
                    JsonObject answer = call.ask("name", new ClientRequest.Elicitation("Who?", Json.createObjectBuilder()
                            .add("type", "object").build()));
                    return ToolResult.text("Hello, " + answer.getJsonObject("content").getString("name") + "!");
                }))));
    }

    /** To subscribe to. */
    private static final class Watched implements Resource {

        @Override
        public Description description() {
            return new Description("test://watched", "watched", "Watched", "Changes.", "text/plain");
        }

        @Override
        public List<ResourceContents> read(Call call) {
            return List.of(new ResourceContents.Text("test://watched", "text/plain", ""));
        }
    }
}
