package io.mcpsession.http;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.Content;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Prompt;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** What a prompt of this server's own is given of what a client sends. */
class PromptArgumentsTest {

    private static EmbeddedRedis redis;
    private static TestServer server;
    private static McpClient session;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address(), Map.of(),
                _ -> new Offering(List.of(), List.of(), List.of(), List.of(new Echo())));
        session = server.alice().initialized();
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"must\":\"a\",\"may\":null}|{must=a}",
            "{\"must\":\"a\",\"may\":\"\"}|{must=a}",
            "{\"must\":\"a\",\"may\":\"b\"}|{may=b, must=a}",
            "{\"must\":\"\"}|{must=}"})
    void whatIsNullOrEmptyIsAbsentUnlessItIsRequired(String arguments, String given) {
        assertThat(got(arguments).result().getJsonArray("messages").getJsonObject(0).getJsonObject("content")
                .getString("text"), is(given));
    }

    @Test
    void aRequiredArgumentThatIsNullIsMissing() {
        assertThat(got("{\"must\":null}").errorMessage(), is("Missing argument: must"));
        assertThat(got("null").errorMessage(), is("Missing argument: must"));
    }

    private static Answer got(String arguments) {
        return session.post("""
                {"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"echo","arguments":%s}}"""
                .formatted(arguments));
    }

    private static final class Echo implements Prompt {

        @Override
        public Description description() {
            return new Description("echo", "Echo", "Says what it was given.",
                    List.of(new Argument("must", "Needed.", true), new Argument("may", "Not needed.", false)));
        }

        @Override
        public Result get(Call call, Map<String, String> arguments) {
            return new Result("", List.of(new Message("user", Content.text(new TreeMap<>(arguments).toString()))));
        }
    }
}
