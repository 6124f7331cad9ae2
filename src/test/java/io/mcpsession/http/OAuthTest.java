package io.mcpsession.http;

import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.RawHttp;
import io.mcpsession.testing.TestIssuer;
import io.mcpsession.testing.TestServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** The endpoint as an OAuth resource server: metadata, challenges, scopes, and whose a session is. */
class OAuthTest {

    private static final String METADATA = "https://mcp.example.com/.well-known/oauth-protected-resource/api/mcp";
    private static final String BEARER = "Bearer realm=\"mcp\", resource_metadata=\"" + METADATA + "\", scope=\"";

    private static EmbeddedRedis redis;
    private static TestIssuer issuer;
    private static TestIssuer other;
    private static TestServer server;
    private static TestServer open;

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        issuer = TestIssuer.now();
        other = TestIssuer.now();
        Map<String, String> keys = Map.of(
                "mcp.auth.resource", TestIssuer.RESOURCE,
                "mcp.auth.scopes", "mcp",
                "mcp.auth.issuers.0.issuer", issuer.name(),
                "mcp.auth.issuers.1.issuer", other.name(),
                "mcp.auth.issuers.1.jwks-uri", other.keys().toString(),
                "mcp.auth.introspection.uri", issuer.introspection().toString(),
                "mcp.auth.introspection.issuer", issuer.name(),
                "mcp.session.on-mismatch", "not-found");
        server = TestServer.on(redis.address(), keys, _ -> Offering.ofTools(List.of(new Vault())));
        Map<String, String> anonymous = new HashMap<>(keys);
        anonymous.put("mcp.auth.anonymous", "true");
        open = TestServer.on(redis.address(), anonymous, _ -> Offering.ofTools(List.of(new Vault())));
    }

    @AfterAll
    static void stop() {
        open.close();
        server.close();
        other.close();
        issuer.close();
        redis.close();
    }

    private static McpClient bearer(String token) {
        return server.client(token);
    }

    private static McpClient granted(String scopes) {
        return bearer(issuer.token(claims -> claims.claim("scope", scopes)));
    }

    private static McpClient nobody(TestServer at) {
        return McpClient.anonymous(at.endpoint());
    }

    private static String challenge(Answer answer) {
        return answer.header("www-authenticate").orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/api/mcp"})
    void theMetadataTellsWhereToGetATokenAndEverybodyMayReadIt(String path) {
        Answer answer = McpClient.anonymous(server.endpoint().resolve(path))
                .with("Origin", "https://anywhere.example", "MCP-Protocol-Version", "2025-11-25")
                .send("GET", BodyPublishers.noBody());

        assertThat(answer.status(), is(200));
        assertThat(answer.header("content-type"), is(Optional.of("application/json")));
        assertThat(answer.header("access-control-allow-origin"), is(Optional.of("*")));
        assertThat(answer.json(), is(Json.createObjectBuilder()
                .add("resource", TestIssuer.RESOURCE)
                .add("authorization_servers", Json.createArrayBuilder().add(issuer.name()).add(other.name()))
                .add("scopes_supported", Json.createArrayBuilder().add("mcp").add("vault:open").add("vault:read"))
                .add("bearer_methods_supported", Json.createArrayBuilder().add("header")).build()));
    }

    @Test
    void aBrowserMayAskForTheMetadataWithTheProtocolVersion() {
        Answer answer = McpClient.anonymous(server.endpoint().resolve(METADATA.substring(23)))
                .send("OPTIONS", BodyPublishers.noBody());

        assertThat(answer.status(), is(204));
        assertThat(answer.header("access-control-allow-headers").orElseThrow().contains("MCP-Protocol-Version"),
                is(true));
    }

    @Test
    void withoutIssuersThereIsNoMetadata() {
        try (TestServer tokensOnly = TestServer.on(redis.address())) {
            Answer answer = McpClient.anonymous(tokensOnly.endpoint().resolve("/.well-known/oauth-protected-resource"))
                    .send("GET", BodyPublishers.noBody());

            assertThat(answer.status(), is(404));
        }
    }

    @Test
    void aRequestWithoutATokenIsToldWhereToGetOne() {
        Answer answer = nobody(server).call("initialize");

        assertThat(answer.status(), is(401));
        assertThat(challenge(answer), is(BEARER + "mcp\""));
        assertThat(answer.header("mcp-session-id"), is(Optional.empty()));
    }

    @Test
    void aRequestWithABadTokenIsToldWhy() {
        Answer answer = bearer(issuer.token(claims -> claims.audience("https://other.example"))).call("initialize");

        assertThat(answer.status(), is(401));
        assertThat(challenge(answer), is(BEARER + "mcp\", error=\"invalid_token\","
                + " error_description=\"the token is for another audience\""));
    }

    @Test
    void aTokenInTheQueryIsNone() {
        Answer answer = RawHttp.send(server.endpoint(), "POST /api/mcp?access_token=" + issuer.token("alice")
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(answer.status(), is(401));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "GET", "DELETE"})
    void aTokenWithoutTheBaseScopeIsGoodForNothing(String method) {
        Answer answer = granted("notes").with("Accept", "text/event-stream", "Mcp-Session-Id", "x")
                .send(method, BodyPublishers.noBody());

        assertThat(answer.status(), is(403));
        assertThat(challenge(answer), is(BEARER + "mcp\", error=\"insufficient_scope\","
                + " error_description=\"the token does not grant what this needs\""));
    }

    @Test
    void aToolThatNeedsMoreSaysAllThatItNeedsBeforeAnythingIsDone() {
        Answer answer = granted("mcp vault:read").tool("vault");

        assertThat(answer.status(), is(403));
        assertThat(challenge(answer), is(BEARER + "mcp vault:read vault:open\", error=\"insufficient_scope\","
                + " error_description=\"the token does not grant what this needs\""));
        assertThat(answer.header("mcp-session-id"), is(Optional.empty()));
        assertThat(answer.json().getInt("id"), is(1));
    }

    @Test
    void aBatchIsRefusedForOneOfItsCalls() {
        Answer answer = granted("mcp").post("""
                [{"jsonrpc":"2.0","id":1,"method":"ping"},
                 {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"vault"}}]""");

        assertThat(answer.status(), is(403));
    }

    @Test
    void aTokenThatGrantsMoreMayCallTheTool() {
        assertThat(granted("mcp vault:read vault:open more").initialized().tool("vault").text(), is("open"));
        assertThat("a token that is not limited", server.alice().initialized().tool("vault").text(), is("open"));
    }

    @Test
    void theListOfToolsTellsTheScopes() {
        JsonObject vault = server.alice().initialized().call("tools/list").result().getJsonArray("tools")
                .getValuesAs(JsonObject.class).stream().filter(tool -> tool.getString("name").equals("vault"))
                .findFirst().orElseThrow();

        assertThat(vault.getJsonArray("securitySchemes").toString(),
                is("[{\"type\":\"oauth2\",\"scopes\":[\"vault:read\",\"vault:open\"]}]"));
        assertThat(vault.getJsonObject("_meta").get("securitySchemes"), is(vault.get("securitySchemes")));
    }

    @Test
    void aRefreshedTokenOfTheSameUserKeepsTheSession() {
        String id = bearer(issuer.token("carol")).call("initialize").session();
        String refreshed = issuer.token(claims -> claims.subject("carol").jwtID("another").claim("scope", "mcp more")
                .claim("client_id", "another"));

        Answer answer = bearer(refreshed).in(id).call("ping");

        assertThat(answer.status(), is(200));
        assertThat(answer.session(), is(id));
    }

    @Test
    void theSameUserByAnOpaqueTokenKeepsTheSession() {
        String id = bearer(issuer.token("carol")).call("initialize").session();
        issuer.knows("opaque-of-carol", "{\"active\":true,\"sub\":\"carol\",\"scope\":\"mcp\",\"aud\":\""
                + TestIssuer.RESOURCE + "\",\"exp\":99999999999}");

        assertThat(bearer("opaque-of-carol").in(id).call("ping").status(), is(200));
    }

    @Test
    void theSameSubjectOfAnotherIssuerIsSomebodyElse() {
        String id = bearer(issuer.token("alice")).call("initialize").session();

        assertThat(bearer(other.token("alice")).in(id).call("ping").status(), is(404));
        assertThat("the API tokens' alice", server.alice().in(id).call("ping").status(), is(404));
        assertThat(bearer(issuer.token("alice")).in(id).call("ping").status(), is(200));
    }

    @Test
    void anAnonymousSessionNeverAcceptsAToken() {
        String id = nobody(open).call("initialize").session();
        McpClient alice = open.client(issuer.token("alice"));

        assertThat(nobody(open).in(id).call("ping").status(), is(200));
        assertThat(alice.in(id).call("ping").status(), is(404));
        assertThat(alice.in(id).delete().status(), is(404));
        assertThat(nobody(open).in(id).call("ping").status(), is(200));
    }

    @Test
    void aSessionWithATokenIsNotServedWithoutOne() {
        String id = open.client(issuer.token("alice")).call("initialize").session();

        assertThat(nobody(open).in(id).call("ping").status(), is(404));
        assertThat(nobody(server).in(id).call("ping").status(), is(401));
    }

    @Test
    void anAnonymousCallerIsAskedForATokenWhereAToolNeedsOne() {
        Answer answer = nobody(open).initialized().tool("vault");

        assertThat(answer.status(), is(401));
        assertThat(challenge(answer), is(BEARER + "mcp vault:read vault:open\""));
    }

    @Test
    void aBadTokenIsNotServedAnonymously() {
        assertThat(open.client("opaque").call("initialize").status(), is(401));
    }

    @Test
    void anonymousCallersDoNotMeetInAConversation() {
        McpClient named = nobody(open).with("X-Openai-Session", "the same");

        assertThat(named.call("ping").session(), is(not(named.call("ping").session())));
    }

    @Test
    void anIssuerThatIsAwayIsNoReasonToThrowATokenAway() {
        try (TestIssuer away = TestIssuer.now(); LogCapture _ = new LogCapture("io.mcpsession.auth")) {
            away.answering(503);
            try (TestServer replica = TestServer.on(redis.address(), Map.of(
                    "mcp.auth.resource", TestIssuer.RESOURCE, "mcp.auth.issuers.0.issuer", away.name()))) {
                Answer answer = replica.client(away.token("alice")).call("ping");

                assertThat(answer.status(), is(503));
                assertThat(answer.header("retry-after"), is(Optional.of("1")));
                assertThat(replica.alice().call("ping").status(), is(200));
            }
        }
    }

    @Test
    void answersThatAreNotForEverybodyAreNotStored() {
        assertThat(List.of("no-store"), hasItem(nobody(server).call("ping").header("cache-control").orElseThrow()));
        assertThat(granted("mcp").tool("vault").header("cache-control"), is(Optional.of("no-store")));
    }

    /** Needs two scopes beside the base. */
    private static final class Vault implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("vault", "Vault", "Opens the vault.",
                    Json.createObjectBuilder().add("type", "object").build(), Optional.empty(),
                    new ToolDescription.Hints(true, false, true, false)).requiring("vault:read", "vault:open");
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            return ToolResult.text("open");
        }
    }
}
