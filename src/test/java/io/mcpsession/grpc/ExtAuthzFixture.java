package io.mcpsession.grpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.SessionStore;
import io.mcpsession.testing.MutableClock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

import static java.util.stream.Collectors.toMap;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

/** Asks as Envoy asks, by Envoy's own classes. */
abstract class ExtAuthzFixture {

    static final String ISSUER = "https://issuer.example";

    final MutableClock clock = MutableClock.atPresent();
    final Principal alice = Principal.ofSubject("user-" + UUID.randomUUID());
    final SessionStore store = store(RunningApi.LIMITS);
    RunningApi api;

    SessionStore store(SessionLimits limits) {
        return new RedisSessionStore(TestRedis.calls(TestRedis.client()), TestRedis.config(), limits,
                RedisTime.of(clock));
    }

    final void start(SessionStore on, SessionPolicy policy, boolean errorResponse) {
        api = new RunningApi(on, clock, _ -> {
            throw new AssertionError("nobody watches");
        }, policy, new ExtAuthzSettings(true, List.of(), Optional.of("https://mcp.example/.well-known/oauth-protected-resource"),
                errorResponse));
    }

    void start() {
        start(store, SessionPolicy.STRICT, false);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    Session opened(Principal owner) {
        Placement placement = store.create(api.ids.mint(owner), owner, new Opening("2025-11-25", ClientInfo.UNKNOWN));
        return ((Placement.Made) placement).session();
    }

    CheckResponse check(AttributeContext.Builder attributes) {
        return AuthorizationGrpc.newBlockingStub(api.channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(CheckRequest.newBuilder().setAttributes(attributes).build());
    }

    static AttributeContext.Builder request(Map<String, String> headers) {
        AttributeContext.Builder attributes = AttributeContext.newBuilder();
        attributes.getRequestBuilder().getHttpBuilder().setMethod("POST").setPath("/api/mcp").putAllHeaders(headers);
        return attributes;
    }

    AttributeContext.Builder byAlice() {
        return request(Map.of("authorization", "Bearer " + alice.subject()));
    }

    AttributeContext.Builder byAlice(String id) {
        return request(Map.of("authorization", "Bearer " + alice.subject(), "mcp-session-id", id));
    }

    static AttributeContext.Builder calling(AttributeContext.Builder attributes, String body) {
        attributes.getRequestBuilder().getHttpBuilder().setBody(body);
        return attributes;
    }

    static AttributeContext.Builder with(AttributeContext.Builder attributes, String header, String value) {
        attributes.getRequestBuilder().getHttpBuilder().putHeaders(header, value);
        return attributes;
    }

    static AttributeContext.Builder verified(AttributeContext.Builder attributes, Map<String, Value> payload) {
        Struct claims = Struct.newBuilder().putAllFields(payload).build();
        attributes.getMetadataContextBuilder().putFilterMetadata("envoy.filters.http.jwt_authn", Struct.newBuilder()
                .putFields("payload", Value.newBuilder().setStructValue(claims).build()).build());
        return attributes;
    }

    static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    static Map<String, String> headers(List<HeaderValueOption> options) {
        return options.stream().collect(toMap(it -> it.getHeader().getKey(), it -> it.getHeader().getValue()));
    }

    static void assertDenied(CheckResponse response, Code code, int status) {
        assertThat(response.getStatus().getCode(), is(code.getNumber()));
        assertThat(response.getDeniedResponse().getStatus().getCodeValue(), is(status));
        assertThat(headers(response.getDeniedResponse().getHeadersList()).get("content-type"), is("application/json"));
        assertThat(response.getDeniedResponse().getBody(), startsWith("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-3"));
    }

    /** Nor does an id go with it, whether one was seen or not: nobody has checked it. */
    static void assertGoesOnWithoutSession(CheckResponse response) {
        assertThat(response.getStatus().getCode(), is(Code.OK_VALUE));
        assertThat(response.getOkResponse().getHeadersList(), is(empty()));
        assertThat(response.getOkResponse().getHeadersToRemoveList(),
                hasItems("x-mcp-session-user", "x-mcp-session-issuer", "x-mcp-session-id-hash",
                        "x-mcp-session-expires", "mcp-session-id"));
    }
}
