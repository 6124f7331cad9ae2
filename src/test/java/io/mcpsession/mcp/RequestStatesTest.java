package io.mcpsession.mcp;

import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SigningKey;
import io.mcpsession.testing.MutableClock;
import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The state a client carries from round to round counts only as it was given, where and when it was given. */
class RequestStatesTest {

    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Principal BOB = Principal.ofSubject("bob");
    private static final Duration VALIDITY = Duration.ofMinutes(10);
    private static final SigningKey KEY = key("key-of-sixteen-bytes");
    private static final SigningKey NEXT_KEY = key("another-key-of-sixteen");
    private static final Message.Request CALL = request("tools/call", """
            {"name":"t","arguments":{"a":1,"b":["x",{"c":null}]}}""");
    private static final Map<String, JsonObject> ANSWERS = Map.of("step1", JsonObject.EMPTY_JSON_OBJECT);

    private final MutableClock clock = MutableClock.atPresent();
    private final RequestStates states = with(KEY);

    private RequestStates with(SigningKey... keys) {
        return new RequestStates(() -> List.of(keys), clock, VALIDITY);
    }

    @Test
    void givesBackTheAnswersItWasGiven() {
        String state = states.seal(ALICE, CALL, ANSWERS);

        assertThat(states.open(ALICE, CALL, state), is(ANSWERS));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            """
            {"arguments":{"b":["x",{"c":null}],"a":1},"name":"t"}""",
            """
            {"name":"t","arguments":{"a":1,"b":["x",{"c":null}]},"_meta":{"progressToken":2},"requestState":"s",\
            "inputResponses":{"step2":{}}}"""})
    void isGoodForTheNextRoundOfTheSameCall(String params) {
        String state = states.seal(ALICE, CALL, ANSWERS);

        assertThat(states.open(ALICE, request("tools/call", params), state), is(ANSWERS));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            """
            {"name":"u","arguments":{"a":1,"b":["x",{"c":null}]}}""",
            """
            {"name":"t","arguments":{"a":2,"b":["x",{"c":null}]}}""",
            """
            {"name":"t","arguments":{"a":"1","b":["x",{"c":null}]}}""",
            """
            {"name":"t","arguments":{"a":1,"b":[{"c":null},"x"]}}""",
            """
            {"name":"t","arguments":{"a":1,"b":["x",{"c":null}],"d":0}}""",
            """
            {"name":"t"}"""})
    void isNoGoodForOtherParams(String params) {
        String state = states.seal(ALICE, CALL, ANSWERS);

        assertRefused(ALICE, request("tools/call", params), state);
    }

    @Test
    void isNoGoodForAnotherMethod() {
        String state = states.seal(ALICE, CALL, ANSWERS);

        assertRefused(ALICE, new Message.Request(CALL.id(), "prompts/get", CALL.params()), state);
    }

    @Test
    void isNoGoodForAnotherUser() {
        String state = states.seal(ALICE, CALL, ANSWERS);

        assertRefused(BOB, CALL, state);
        assertRefused(new Principal("https://issuer.example", "alice"), CALL, state);
    }

    @Test
    void isGoodUntilItExpires() {
        String state = states.seal(ALICE, CALL, ANSWERS);

        clock.advance(VALIDITY);
        assertThat(states.open(ALICE, CALL, state), is(ANSWERS));

        clock.advance(Duration.ofMillis(1));
        assertRefused(ALICE, CALL, state);
    }

    @Test
    void isNoGoodWithAnyCharacterChanged() {
        String state = states.seal(ALICE, CALL, ANSWERS);
        int lastOfPayload = state.indexOf('.') - 1;

        for (int at : new int[] {0, lastOfPayload / 2, lastOfPayload, lastOfPayload + 2, state.length() - 1}) {
            char other = state.charAt(at) == 'A' ? 'B' : 'A';
            assertRefused(ALICE, CALL, state.substring(0, at) + other + state.substring(at + 1));
        }
    }

    @Test
    void isNoGoodWithAnythingAddedOrLeftOut() {
        String state = states.seal(ALICE, CALL, ANSWERS);

        assertRefused(ALICE, CALL, state + "-TAMPERED");
        assertRefused(ALICE, CALL, state + ".");
        assertRefused(ALICE, CALL, state.substring(0, state.length() - 1));
        assertRefused(ALICE, CALL, state.substring(0, state.indexOf('.')));
        assertRefused(ALICE, CALL, state.substring(state.indexOf('.')));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "x", "{}", "!.!", "e30.e30"})
    void isNoGoodWhenItNeverWasOne(String state) {
        assertRefused(ALICE, CALL, state);
    }

    @Test
    void isNoGoodWithTheAnswersReplaced() {
        String state = states.seal(ALICE, CALL, ANSWERS);
        String payload = new String(Base64.getUrlDecoder().decode(state.substring(0, state.indexOf('.'))), UTF_8);
        String forged = payload.replace("step1", "step2");
        assertThat(forged, is(not(payload)));

        assertRefused(ALICE, CALL, Base64.getUrlEncoder().withoutPadding().encodeToString(forged.getBytes(UTF_8))
                + state.substring(state.indexOf('.')));
    }

    @Test
    void outlivesARotationOfTheKeysButNotTheKeyItWasSignedWith() {
        String state = states.seal(ALICE, CALL, ANSWERS);

        assertThat(with(NEXT_KEY, KEY).open(ALICE, CALL, state), is(ANSWERS));
        assertThrows(RpcException.class, () -> with(NEXT_KEY).open(ALICE, CALL, state));
    }

    @Test
    void isSignedWithTheFirstKey() {
        String state = with(NEXT_KEY, KEY).seal(ALICE, CALL, ANSWERS);

        assertThat(with(NEXT_KEY).open(ALICE, CALL, state), is(ANSWERS));
        assertRefused(ALICE, CALL, state);
    }

    @Test
    void isNotSignedLikeASessionId() {
        String payload = states.seal(ALICE, CALL, ANSWERS).split("\\.")[0];
        String signature = Base64.getUrlEncoder().withoutPadding().encodeToString(KEY.sign(payload.getBytes(UTF_8)));

        assertRefused(ALICE, CALL, payload + "." + signature);
    }

    private void assertRefused(Principal principal, Message.Request request, String state) {
        RpcException refused = assertThrows(RpcException.class, () -> states.open(principal, request, state));
        assertThat(refused.error().code(), is(-32602));
    }

    private static Message.Request request(String method, String params) {
        return (Message.Request) ((Body.Single) JsonRpc.parse(
                ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}")
                        .getBytes(UTF_8))).message();
    }

    private static SigningKey key(String text) {
        return new SigningKey(text.getBytes(UTF_8));
    }
}
