package io.mcpsession.mcp;

import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolDescription.Hints;
import io.mcpsession.jsonrpc.Json;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Clients drop a tool whose marks are wrong, so a server does not start with one. */
class MirroredArgumentsTest {

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'a':{'type':'string'}}", "{'x-mcp-header':{'type':'string'}}", "{'a':true}"})
    void areNoneWithoutMarks(String properties) {
        assertThat(new MirroredArguments(tool(properties)).isEmpty(), is(true));
    }

    @Test
    void mayBeMarkedFurtherDown() {
        assertThat(new MirroredArguments(tool("""
                {'a':{'type':'object','properties':{'b':{'type':'boolean','x-mcp-header':'B'}}}}""")).isEmpty(),
                is(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{'a':{'type':'string','x-mcp-header':''}}",
            "{'a':{'type':'string','x-mcp-header':'a b'}}",
            "{'a':{'type':'string','x-mcp-header':'a:b'}}",
            "{'a':{'type':'string','x-mcp-header':7}}",
            "{'a':{'type':'number','x-mcp-header':'A'}}",
            "{'a':{'type':'object','x-mcp-header':'A'}}",
            "{'a':{'x-mcp-header':'A'}}",
            "{'a':{'type':'string','x-mcp-header':'A'},'b':{'type':'string','x-mcp-header':'a'}}"})
    void areRefusedWithMarksThatClientsRefuse(String properties) {
        assertThrows(IllegalArgumentException.class, () -> new MirroredArguments(tool(properties)));
    }

    private static ToolDescription tool(String properties) {
        return new ToolDescription("t", "t", "t", Json.parseObject("{\"type\":\"object\",\"properties\":"
                + properties.replace('\'', '"') + "}"), Optional.empty(), new Hints(true, false, true, false));
    }
}
