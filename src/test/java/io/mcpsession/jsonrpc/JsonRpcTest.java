package io.mcpsession.jsonrpc;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

class JsonRpcTest {

    @Test
    void aMessageWithIdAndMethodIsARequest() {
        Message message = single("""
                {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"}}""");

        assertThat(message, is(new Message.Request(Json.number(7), "tools/call",
                Json.object().add("name", "x").build())));
    }

    @Test
    void aMessageWithAMethodAloneIsANotification() {
        assertThat(single("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"),
                is(new Message.Notification("notifications/initialized", JsonValue.EMPTY_JSON_OBJECT)));
    }

    @Test
    void aMessageWithAResultIsAResponseWhateverTheResult() {
        assertThat(single("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":null}"),
                is(new Message.Response(Json.string("a"), Optional.of(JsonValue.NULL), Optional.empty())));
    }

    @Test
    void aMessageWithAnErrorIsAResponse() {
        JsonObject error = Json.object().add("code", 1).add("message", "no").build();

        assertThat(single("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"no\"}}"),
                is(new Message.Response(Json.number(1), Optional.empty(), Optional.of(error))));
    }

    @Test
    void theOrderOfMembersDoesNotMatterAndUnknownOnesArePassedOver() {
        assertThat(single("{\"x\":[],\"method\":\"m\",\"id\":1,\"params\":{},\"jsonrpc\":\"2.0\"}"),
                is(new Message.Request(Json.number(1), "m", JsonValue.EMPTY_JSON_OBJECT)));
    }

    @Test
    void anArrayIsABatchInItsOrder() {
        Body body = JsonRpc.parse("""
                [{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","method":"b"}]""".getBytes(UTF_8));

        assertThat(body, is(new Body.Batch(List.of(
                new Message.Request(Json.number(1), "a", JsonValue.EMPTY_JSON_OBJECT),
                new Message.Notification("b", JsonValue.EMPTY_JSON_OBJECT)))));
    }

    @Test
    void aNumberAndAStringOfTheSameDigitsAreDifferentIds() {
        Message.Request number = (Message.Request) single("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}");
        Message.Request string = (Message.Request) single("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"method\":\"m\"}");

        assertThat(number.id(), instanceOf(JsonNumber.class));
        assertThat(text(JsonRpc.result(number.id(), JsonValue.TRUE)), is("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}"));
        assertThat(text(JsonRpc.result(string.id(), JsonValue.TRUE)),
                is("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":true}"));
    }

    @Test
    void aMalformedMessageTellsTheIdWhereItCouldBeRead() {
        assertThat(refused("{\"id\":\"a\",\"method\":\"m\"}").id(), is(Optional.of(Json.string("a"))));
        assertThat(refused("{\"id\":{},\"method\":\"m\"}").id(), is(Optional.empty()));
        assertThat(refused("{\"id\":").id(), is(Optional.empty()));
    }

    @Test
    void whatIsNoJsonIsAParseErrorAndWhatIsNoMessageAnInvalidRequest() {
        assertThat(refused("{").error().code(), is(RpcError.PARSE_ERROR));
        assertThat(refused("{}").error().code(), is(RpcError.INVALID_REQUEST));
        assertThat(refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":[]}").error().code(),
                is(RpcError.INVALID_PARAMS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.5", "1e2", "1E400", "true", "null", "[]", "{}"})
    void anIdIsAStringOrAnInteger(String id) {
        assertThat(refused("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"m\"}").error().code(),
                is(RpcError.INVALID_REQUEST));
    }

    @Test
    void nestingIsAcceptedToTheLimitAndNotBeyond() {
        assertThat(single(nested(Json.MAX_DEPTH)), instanceOf(Message.Notification.class));
        assertThat(refused(nested(Json.MAX_DEPTH + 1)).error().code(), is(RpcError.PARSE_ERROR));
    }

    @Test
    void anotherEncodingThanUtf8IsAParseError() {
        byte[] body = "{\"jsonrpc\":\"2.0\",\"method\":\"m\"}".getBytes(UTF_16LE);

        assertThat(assertThrows(MalformedMessageException.class, () -> JsonRpc.parse(body)).error().code(),
                is(RpcError.PARSE_ERROR));
    }

    @Test
    void anErrorWithoutAnIdLeavesItOut() {
        assertThat(text(JsonRpc.error(Optional.empty(), new RpcError(-32700, "no"))),
                is("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"no\"}}"));
    }

    @Test
    void anErrorCarriesItsIdAndData() {
        RpcError error = new RpcError(-32602, "no", Optional.of(Json.string("why")));

        assertThat(text(JsonRpc.error(Optional.of(Json.number(1)), error)),
                is("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"no\",\"data\":\"why\"}}"));
    }

    @Test
    void aLongMethodNameIsNotEchoedInFull() {
        assertThat(RpcException.methodNotFound("m".repeat(10_000)).error().message(),
                is("Method not found: " + "m".repeat(64) + "..."));
    }

    /** A message that is {@code depth} levels deep. */
    private static String nested(int depth) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":" + "{\"a\":".repeat(depth - 1) + "1"
                + "}".repeat(depth);
    }

    private static Message single(String text) {
        return ((Body.Single) JsonRpc.parse(text.getBytes(UTF_8))).message();
    }

    private static MalformedMessageException refused(String text) {
        return assertThrows(MalformedMessageException.class, () -> JsonRpc.parse(text.getBytes(UTF_8)));
    }

    private static String text(JsonValue value) {
        return new String(Json.bytes(value), UTF_8);
    }
}
