package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.FixtureServer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Arguments that a tool wants repeated in {@code Mcp-Param-*} headers. */
@ExtendWith(FixtureServer.Shared.class)
class MirroredArgumentsTest {

    private static final String TOOL = "test_mirrored_arguments";

    private final McpClient alice;

    MirroredArgumentsTest(FixtureServer server) {
        this.alice = server.alice();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', value = {
            "{};X-None;1",
            "{'region':'eu'};Mcp-Param-Region;eu",
            "{'region':'eu'};MCP-PARAM-REGION;eu",
            "{'region':'Hello'};Mcp-Param-Region;=?base64?SGVsbG8=?=",
            "{'region':'ä'};Mcp-Param-Region;=?base64?w6Q=?=",
            "{'region':'SGVsbG8='};Mcp-Param-Region;SGVsbG8=",
            "{'region':'=?base64?SGVsbG8='};Mcp-Param-Region;=?base64?SGVsbG8=",
            "{'region':null};X-None;1",
            "{'count':42};Mcp-Param-Count;42",
            "{'count':42};Mcp-Param-Count;42.0",
            "{'count':42.0};Mcp-Param-Count;42",
            "{'dry':true};Mcp-Param-Dry-Run;true",
            "{'deep':{'er':'x'}};Mcp-Param-Deeper;x",
            "{'plain':'x'};X-None;1",
            "{'plain':'x'};Mcp-Param-Plain;y"})
    void areServedWhenTheHeaderSaysTheSame(String arguments, String header, String value) {
        Answer answer = call(arguments, header, value);

        assertThat(answer.toString(), answer.status(), is(200));
        assertThat(answer.isToolError(), is(false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', value = {
            "{'region':'eu'};X-None;1",
            "{'region':'eu'};Mcp-Param-Region;EU",
            "{'region':'eu'};Mcp-Param-Region;us",
            "{'region':'Hello'};Mcp-Param-Region;=?base64?SGVsbG8?=",
            "{'region':'Hello'};Mcp-Param-Region;=?base64?SGVs!!!bG8=?=",
            "{'region':'Hello'};Mcp-Param-Region;=?BASE64?SGVsbG8=?=",
            "{'region':null};Mcp-Param-Region;null",
            "{};Mcp-Param-Region;eu",
            "{'count':42};Mcp-Param-Count;43",
            "{'count':42};Mcp-Param-Count;x",
            "{'count':'42'};Mcp-Param-Count;42.0",
            "{'dry':true};Mcp-Param-Dry-Run;True",
            "{'dry':true};Mcp-Param-Dry-Run;1",
            "{'deep':{'er':'x'}};X-None;1",
            "{'deep':7};Mcp-Param-Deeper;x"})
    void areRefusedWhenItDoesNot(String arguments, String header, String value) {
        Answer answer = call(arguments, header, value);

        assertThat(answer.toString(), answer.status(), is(400));
        assertThat(answer.errorCode(), is(-32020));
        assertThat(answer.json().getInt("id"), is(1));
    }

    @Test
    void areRefusedWhenTheHeaderComesTwice() {
        JsonObject params = params("{'region':'eu'}");
        Answer answer = Stateless.of(alice.with("Mcp-Param-Region", "eu", "Mcp-Param-Region", "us"))
                .call("tools/call", params);

        assertThat(answer.errorCode(), is(-32020));
    }

    @Test
    void areNoMatterOfTheSessionEra() {
        Answer answer = alice.initialized().with("Mcp-Param-Region", "us").tool(TOOL, "region", "eu");

        assertThat(answer.isToolError(), is(false));
    }

    private Answer call(String arguments, String header, String value) {
        return Stateless.of(alice.with(header, value)).call("tools/call", params(arguments));
    }

    private static JsonObject params(String arguments) {
        try (JsonReader reader = Json.createReader(new StringReader(arguments.replace('\'', '"')))) {
            return Json.createObjectBuilder().add("name", TOOL).add("arguments", reader.readObject()).build();
        }
    }
}
