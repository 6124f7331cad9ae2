package io.mcpsession.mcp;

import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.handler.ClientRefusedException;
import io.mcpsession.handler.ClientRequest;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.relay.Awaited;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.relay.EventLog;
import io.mcpsession.relay.LongTexts;
import io.mcpsession.relay.Position;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SigningKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Questions of the session era, with a client that answers at once or never. */
class QuestionsTest {

    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final SessionIds IDS = new SessionIds(() -> List.of(new SigningKey(new byte[16])),
            new SecureRandom(), Clock.systemUTC());
    private static final JsonObject ROOTS = Json.parseObject("{\"roots\":[]}");

    private final LocalBus bus = new LocalBus();
    private final LocalAwaited awaited = new LocalAwaited();
    private final LocalLog log = new LocalLog();
    private final Questions questions = new Questions(bus, awaited, new LongTexts(log),
            new Questions.Limits(Duration.ofMillis(50), 3, 4));
    private final Session session = Session.opened(IDS.mint(ALICE), ALICE, Instant.MAX, new Opening("2025-11-25",
            new ClientInfo("c", "1", "{\"roots\":{},\"sampling\":{}}")));

    @Test
    void areAnsweredByTheirIds() {
        SessionCall call = call((id, _) -> answer(session, id, ROOTS));

        assertThat(call.ask(three()).values().stream().toList(), is(List.of(ROOTS, ROOTS, ROOTS)));
        assertThat(questions.waiting(), is(0));
    }

    @Test
    void whoeverWaitsWhenTheServerClosesWaitsNoLonger() {
        SessionCall call = call((_, _) -> questions.close());

        assertThrows(CallCancelledException.class, () -> call.ask(three()));
    }

    @Test
    void areForgottenWhenOneOfThemIsRefused() {
        SessionCall call = call((id, _) -> questions.answered(session.id(),
                new Message.Response(id, Optional.empty(), Optional.of(JsonValue.EMPTY_JSON_OBJECT))));

        assertThrows(ClientRefusedException.class, () -> call.ask(three()));
        assertThat(questions.waiting(), is(0));
    }

    @Test
    void areForgottenWhenNobodyAnswers() {
        assertThrows(ClientRefusedException.class, () -> call((_, _) -> { }).ask(three()));
        assertThat(questions.waiting(), is(0));
    }

    @Test
    void areForgottenWhenTheCallIsCancelled() {
        Cancellation cancellation = new Cancellation();
        SessionCall call = call(cancellation, (_, _) -> cancellation.cancel());

        assertThrows(CallCancelledException.class, () -> call.ask(three()));
        cancellation.finish();
        assertThat(questions.waiting(), is(0));
    }

    @Test
    void areNotAnsweredFromAnotherSession() {
        Session other = Session.opened(IDS.mint(ALICE), ALICE, Instant.MAX, new Opening("2025-11-25",
                ClientInfo.UNKNOWN));
        SessionCall call = call((id, _) -> answer(other, id, ROOTS));

        assertThrows(ClientRefusedException.class, () -> call.ask("r", new ClientRequest.Roots()));
    }

    @Test
    void askedElsewhereAreAnsweredOverTheBus() {
        awaited.begin(session.id(), "q-asked-elsewhere");

        answer(session, Json.string("asked-elsewhere"), ROOTS);
        answer(session, Json.string("asked-elsewhere"), ROOTS);

        assertThat(bus.published.size(), is(1));
        assertThat(bus.published.getFirst(), instanceOf(BusEvent.Answered.class));
    }

    @Test
    void thatNobodyAskedAreNotAnsweredOverTheBus() {
        answer(session, Json.string("never-asked"), ROOTS);
        answer(session, Json.string("x".repeat(5000)), ROOTS);

        assertThat(bus.published, is(List.of()));
        assertThat(log.texts.isEmpty(), is(true));
    }

    @Test
    void thatAreForgottenAreNotAnsweredOverTheBus() {
        List<JsonValue> asked = new ArrayList<>();
        assertThrows(ClientRefusedException.class, () -> call((id, _) -> {
            if (id != null) {
                asked.add(id);
            }
        }).ask("r", new ClientRequest.Roots()));

        answer(session, asked.getFirst(), ROOTS);

        assertThat(bus.published, is(List.of()));
    }

    @Test
    void areAnsweredAtLengthBesideTheBus() {
        awaited.begin(session.id(), "q-asked-elsewhere");
        JsonObject lengthy = Json.object().add("text", "x".repeat(5000)).build();

        answer(session, Json.string("asked-elsewhere"), lengthy);

        BusEvent.Answered told = (BusEvent.Answered) bus.published.getFirst();
        assertThat(told.response(), instanceOf(BusEvent.Text.Kept.class));
        assertThat(Json.parseObject(new LongTexts(log).read(session.id(), told.response()).orElseThrow())
                .getJsonObject("result"), is(lengthy));
    }

    @Test
    void answeredElsewhereAreAnsweredHere() {
        SessionCall call = call((id, _) -> bus.publish(new BusEvent.Answered(session.id(),
                id.toString().replace("\"", ""), new BusEvent.Text.Inline("{\"result\":{\"roots\":[]}}"))));

        assertThat(call.ask("r", new ClientRequest.Roots()), is(ROOTS));
    }

    @Test
    void thatNothingCanAnswerAreNotAsked() {
        assertThrows(MissingCapabilityException.class, () -> call((_, _) -> { }).ask("e",
                new ClientRequest.Elicitation("?", JsonValue.EMPTY_JSON_OBJECT)));
    }

    @Test
    void ofOneCallerWaitUpToALimitAndOfAllUpToAnother() {
        List<RpcError> refused = new ArrayList<>();
        ClientRequest question = new ClientRequest.Roots();
        // Asked while the three before wait.
        Runnable more = () -> {
            refused.add(refusal("alice", question));
            refused.add(refusal("bob", question));
        };
        SessionCall call = call((id, _) -> {
            if (questions.waiting() == 3 && refused.isEmpty()) {
                more.run();
            }
        });

        assertThrows(ClientRefusedException.class, () -> call.ask(three()));

        assertThat(refused.stream().map(RpcError::code).toList(), is(List.of(-32006, -32001)));
        assertThat(refusal("alice", question).code(), is(-32001));
        assertThat(questions.waiting(), is(0));
    }

    private RpcError refusal(String caller, ClientRequest question) {
        return assertThrows(ClientRefusedException.class, () ->
                call(caller, new Cancellation(), (_, _) -> { }).ask("r", question)).error();
    }

    @Test
    void thatCannotBeSentAreForgotten() {
        SessionCall call = call((_, _) -> {
            throw new IllegalStateException("no way");
        });

        for (int i = 0; i < 5; i++) {
            assertThrows(IllegalStateException.class, () -> call.ask("r", new ClientRequest.Roots()));
        }
        assertThat(questions.waiting(), is(0));
    }

    private static Map<String, ClientRequest> three() {
        Map<String, ClientRequest> three = new LinkedHashMap<>();
        List.of("a", "b", "c").forEach(key -> three.put(key, new ClientRequest.Roots()));
        return three;
    }

    private void answer(Session in, JsonValue id, JsonObject result) {
        questions.answered(in.id(), new Message.Response(id, Optional.of(result), Optional.empty()));
    }

    private SessionCall call(BiConsumer<JsonValue, JsonObject> client) {
        return call(new Cancellation(), client);
    }

    /**
     * @param client hears the id of each question and the question
     */
    private SessionCall call(Cancellation cancellation, BiConsumer<JsonValue, JsonObject> client) {
        return call("alice", cancellation, client);
    }

    private SessionCall call(String caller, Cancellation cancellation, BiConsumer<JsonValue, JsonObject> client) {
        Outbox outbox = new Outbox() {
            @Override
            public void send(JsonObject message) {
                client.accept(message.get("id"), message);
            }

            @Override
            public String caller() {
                return caller;
            }

            @Override
            public boolean canAsk() {
                return true;
            }
        };
        Message.Request request = new Message.Request(Json.number(1), "tools/call", JsonValue.EMPTY_JSON_OBJECT);
        return new SessionCall(ALICE, Optional.of(session), "2025-11-25", request, outbox, questions, null,
                cancellation);
    }

    private static final class LocalBus implements Bus {

        private final List<BusEvent> published = new ArrayList<>();
        private final List<Consumer<Heard>> listeners = new ArrayList<>();

        @Override
        public CompletionStage<?> publish(BusEvent event) {
            published.add(event);
            listeners.forEach(listener -> listener.accept(new Heard(position(), event)));
            return CompletableFuture.completedStage(event);
        }

        @Override
        public Following follow(Consumer<Heard> listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }

        @Override
        public boolean after(Position position, Predicate<Heard> listener) {
            return false;
        }

        @Override
        public Position position() {
            return new Position(0, published.size());
        }
    }

    private static final class LocalAwaited implements Awaited {

        private final Set<String> waiting = ConcurrentHashMap.newKeySet();

        @Override
        public CompletionStage<Boolean> begin(SessionId session, String what) {
            waiting.add(session.value() + what);
            return CompletableFuture.completedStage(true);
        }

        @Override
        public CompletionStage<Boolean> take(SessionId session, String what) {
            return CompletableFuture.completedStage(waiting.remove(session.value() + what));
        }

        @Override
        public CompletionStage<Boolean> takeOrLeaveWord(SessionId session, String what) {
            return take(session, what);
        }
    }

    private static final class LocalLog implements EventLog {

        private final Map<String, Entry> texts = new ConcurrentHashMap<>();

        @Override
        public void begin(SessionId session, String stream) {
        }

        @Override
        public void append(SessionId session, String stream, Entry entry) {
            texts.put(session.value() + stream, entry);
        }

        @Override
        public Optional<Replay> after(SessionId session, String stream, long after) {
            return Optional.ofNullable(texts.get(session.value() + stream)).map(it -> new Replay(List.of(it), true));
        }
    }
}
