package io.mcpsession.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.UnavailableStore;
import io.mcpsession.testing.MutableClock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.stream.Collectors.toMap;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

/** Asked as Envoy asks, by Envoy's own classes: what may go on, and with which headers. */
class ExtAuthzTest {

    private static final String ISSUER = "https://issuer.example";
    private static final SessionLimits ONE = new SessionLimits(RunningApi.LIMITS.idleTtl(),
            RunningApi.LIMITS.absoluteLifetime(), 1, SessionLimits.WhenFull.REJECT, Long.MAX_VALUE);

    private final MutableClock clock = MutableClock.atPresent();
    private final Principal alice = Principal.ofSubject("user-" + UUID.randomUUID());
    private final SessionStore store = store(RunningApi.LIMITS);
    private RunningApi api;

    private SessionStore store(SessionLimits limits) {
        return new RedisSessionStore(TestRedis.calls(TestRedis.client()), TestRedis.config(), limits,
                RedisTime.of(clock));
    }

    private void start(SessionStore on, SessionPolicy policy, boolean errorResponse) {
        api = new RunningApi(on, clock, _ -> {
            throw new AssertionError("nobody watches");
        }, policy, new ExtAuthzSettings(true, List.of(), Optional.of("https://mcp.example/.well-known/oauth-protected-resource"),
                errorResponse));
    }

    private void start() {
        start(store, SessionPolicy.STRICT, false);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private Session opened(Principal owner) {
        Placement placement = store.create(api.ids.mint(owner), owner, new Opening("2025-11-25", ClientInfo.UNKNOWN));
        return ((Placement.Made) placement).session();
    }

    private CheckResponse check(AttributeContext.Builder attributes) {
        return AuthorizationGrpc.newBlockingStub(api.channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(CheckRequest.newBuilder().setAttributes(attributes).build());
    }

    private static AttributeContext.Builder request(Map<String, String> headers) {
        AttributeContext.Builder attributes = AttributeContext.newBuilder();
        attributes.getRequestBuilder().getHttpBuilder().setMethod("POST").setPath("/api/mcp").putAllHeaders(headers);
        return attributes;
    }

    private AttributeContext.Builder byAlice() {
        return request(Map.of("authorization", "Bearer " + alice.subject()));
    }

    private AttributeContext.Builder byAlice(String id) {
        return request(Map.of("authorization", "Bearer " + alice.subject(), "mcp-session-id", id));
    }

    private static AttributeContext.Builder calling(AttributeContext.Builder attributes, String body) {
        attributes.getRequestBuilder().getHttpBuilder().setBody(body);
        return attributes;
    }

    private static AttributeContext.Builder verified(AttributeContext.Builder attributes, Map<String, Value> payload) {
        Struct claims = Struct.newBuilder().putAllFields(payload).build();
        attributes.getMetadataContextBuilder().putFilterMetadata("envoy.filters.http.jwt_authn", Struct.newBuilder()
                .putFields("payload", Value.newBuilder().setStructValue(claims).build()).build());
        return attributes;
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Map<String, String> headers(List<HeaderValueOption> options) {
        return options.stream().collect(toMap(it -> it.getHeader().getKey(), it -> it.getHeader().getValue()));
    }

    private static void assertDenied(CheckResponse response, Code code, int status) {
        assertThat(response.getStatus().getCode(), is(code.getNumber()));
        assertThat(response.getDeniedResponse().getStatus().getCodeValue(), is(status));
        assertThat(headers(response.getDeniedResponse().getHeadersList()).get("content-type"), is("application/json"));
        assertThat(response.getDeniedResponse().getBody(), startsWith("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-3"));
    }

    private static void assertGoesOnWithoutSession(CheckResponse response) {
        assertThat(response.getStatus().getCode(), is(Code.OK_VALUE));
        assertThat(response.getOkResponse().getHeadersList(), is(empty()));
        assertThat(response.getOkResponse().getHeadersToRemoveList(),
                hasItems("x-mcp-session-user", "x-mcp-session-issuer", "x-mcp-session-id-hash",
                        "x-mcp-session-expires"));
    }

    @Test
    void anActiveSessionOfTheCallersGoesOnAndTheServiceBehindLearnsWhose() {
        start();
        Session session = opened(alice);

        CheckResponse response = check(byAlice(session.id().value()));

        assertThat(response.getStatus().getCode(), is(Code.OK_VALUE));
        assertThat(headers(response.getOkResponse().getHeadersList()), is(Map.of(
                "x-mcp-session-user", alice.subject(),
                "x-mcp-session-id-hash", session.id().hash(),
                "x-mcp-session-expires", session.expires().truncatedTo(ChronoUnit.SECONDS).toString())));
        assertThat(response.getOkResponse().getHeadersList().stream().map(HeaderValueOption::getAppendAction)
                .distinct().toList(), is(List.of(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)));
    }

    @Test
    void headersThatAClientMadeUpAreOverwrittenOrRemovedAndNeverBelieved() {
        start();
        Session session = opened(alice);
        AttributeContext.Builder request = byAlice(session.id().value());
        request.getRequestBuilder().getHttpBuilder()
                .putHeaders("x-mcp-session-user", "mallory")
                .putHeaders("x-mcp-session-role", "admin");

        CheckResponse response = check(request);

        assertThat(headers(response.getOkResponse().getHeadersList()).get("x-mcp-session-user"), is(alice.subject()));
        // Envoy removes after it has set: what is set must not be removed.
        assertThat(response.getOkResponse().getHeadersToRemoveList(), hasItem("x-mcp-session-role"));
        assertThat(response.getOkResponse().getHeadersToRemoveList(), not(hasItem("x-mcp-session-user")));
        assertThat(response.getOkResponse().getHeadersToRemoveList(), hasItem("x-mcp-session-issuer"));
    }

    @Test
    void theRouteMayHaveTheTokenTakenAway() {
        start();
        Session session = opened(alice);

        CheckResponse response = check(byAlice(session.id().value())
                .putContextExtensions("strip_authorization", "true"));

        assertThat(response.getOkResponse().getHeadersToRemoveList(), hasItem("authorization"));
    }

    @Test
    void logsAndFiltersLearnOfTheSession() {
        start();
        Principal user = new Principal(ISSUER, "k\u00f6nig\r\nx: y, z");
        Session session = opened(user);
        clock.advance(Duration.ofSeconds(7));

        CheckResponse response = check(verified(request(Map.of("mcp-session-id", session.id().value())),
                Map.of("iss", text(ISSUER), "sub", text(user.subject()), "azp", text("app"))));

        Struct known = response.getDynamicMetadata().getFieldsOrThrow("session").getStructValue();
        assertThat(known.getFieldsOrThrow("id_hash"), is(text(session.id().hash())));
        assertThat(known.getFieldsOrThrow("issuer"), is(text(ISSUER)));
        assertThat(known.getFieldsOrThrow("subject"), is(text(user.subject())));
        assertThat(known.getFieldsOrThrow("client_id"), is(text("app")));
        assertThat(known.getFieldsOrThrow("protocol_version"), is(text("2025-11-25")));
        assertThat(known.getFieldsOrThrow("age_s").getNumberValue(), is(7.0));
        assertThat(response.getOkResponse().hasDynamicMetadata(), is(false));
        assertThat(headers(response.getOkResponse().getHeadersList()).get("x-mcp-session-user"),
                is("k%C3%B6nig%0D%0Ax:%20y%2C%20z"));
        assertThat(headers(response.getOkResponse().getHeadersList()).get("x-mcp-session-issuer"), is(ISSUER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"initialize", "server/discover"})
    void whatComesBeforeASessionGoesOnWithoutOne(String method) {
        start();

        assertGoesOnWithoutSession(check(calling(byAlice(), method)));
    }

    @Test
    void theMethodIsAlsoReadFromEnvoysOwnMcpFilter() {
        start();
        AttributeContext.Builder request = byAlice();
        request.getMetadataContextBuilder().putFilterMetadata("envoy.filters.http.mcp", Struct.newBuilder()
                .putFields("method", text("initialize")).build());

        assertGoesOnWithoutSession(check(request));
    }

    @Test
    void theStatelessEraGoesOnWithoutASessionWhateverIdItSends() {
        start();
        AttributeContext.Builder request = byAlice("whatever");
        request.getRequestBuilder().getHttpBuilder().putHeaders("mcp-protocol-version", "2026-07-28");

        assertGoesOnWithoutSession(check(request));
    }

    @Test
    void evenWithoutASessionNobodyGoesOnWithoutAnIdentity() {
        start();
        AttributeContext.Builder request = calling(request(Map.of("mcp-protocol-version", "2026-07-28")), "initialize");

        assertDenied(check(request), Code.UNAUTHENTICATED, 401);
    }

    @Test
    void aCallThatNamesAConversationIsServedByItsSession() {
        start(store, SessionPolicy.ROBUST, false);

        CheckResponse first = check(calling(byAlice(), "tools/call conversation-1"));
        CheckResponse second = check(calling(byAlice(), "tools/call conversation-1"));
        CheckResponse other = check(calling(byAlice(), "tools/call conversation-2"));

        String hash = headers(first.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash");
        assertThat(headers(second.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash"), is(hash));
        assertThat(headers(other.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash"), is(not(hash)));
        String told = headers(first.getOkResponse().getResponseHeadersToAddList()).get("mcp-session-id");
        assertThat(SessionId.parse(told).orElseThrow().hash(), is(hash));
    }

    @Test
    void aCallWithoutAnIdIsDeniedWhereThePolicyWantsOne() {
        start();

        assertDenied(check(calling(byAlice(), "tools/list")), Code.INVALID_ARGUMENT, 400);
    }

    @Test
    void aCallWithoutAnIdGoesOnWhereThePolicyServesIt() {
        start(store, SessionPolicy.ROBUST, false);

        assertGoesOnWithoutSession(check(calling(byAlice(), "tools/list")));
    }

    @Test
    void aCallWithoutAnIdGetsASessionWhereThePolicyRenews() {
        start(store, SessionPolicy.COMPAT, false);

        CheckResponse response = check(calling(byAlice(), "tools/list"));

        String told = headers(response.getOkResponse().getResponseHeadersToAddList()).get("mcp-session-id");
        assertThat(headers(response.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash"),
                is(SessionId.parse(told).orElseThrow().hash()));
    }

    @Test
    void aCallThatCannotBeToldFromInitializeGoesOnUnlessTheRouteSaysOtherwise() {
        start();

        assertGoesOnWithoutSession(check(byAlice()));
        assertGoesOnWithoutSession(check(calling(byAlice(), "tools/list")
                .putContextExtensions("require_session", "false")));
        assertDenied(check(byAlice().putContextExtensions("require_session", "true")), Code.INVALID_ARGUMENT, 400);
    }

    @Test
    void unknownExpiredRevokedAndForeignIdsAllLookTheSame() {
        start(store, SessionPolicy.COMPAT, false);
        Session foreign = opened(Principal.ofSubject("user-bob"));
        Session deleted = opened(alice);
        store.end(deleted.id(), Ending.DELETED);
        Session revoked = opened(alice);
        store.end(revoked.id(), Ending.revoked("stolen"));
        CheckResponse unknown = check(byAlice("not-one-of-ours"));

        assertDenied(unknown, Code.NOT_FOUND, 404);
        assertThat(check(byAlice(foreign.id().value())), is(unknown));
        assertThat(check(byAlice(deleted.id().value())), is(unknown));
        assertThat(check(byAlice(revoked.id().value())), is(unknown));
        assertThat(check(byAlice(api.ids.mint(alice).value())), is(unknown));
        assertThat(List.copyOf(api.mismatches), is(List.of(foreign.id())));
        Session expired = opened(alice);
        clock.advance(RunningApi.LIMITS.idleTtl());
        assertThat(check(byAlice(expired.id().value())), is(unknown));
    }

    static Stream<String> idsThatAreNone() {
        return Stream.of("one,two", "with blank", "", "\u00fc", "x".repeat(257), "line\nbreak");
    }

    @ParameterizedTest
    @MethodSource("idsThatAreNone")
    void whatCanBeNobodysIdIsMalformed(String id) {
        start();

        assertDenied(check(byAlice(id)), Code.INVALID_ARGUMENT, 400);
    }

    @Test
    void rawHeadersAreReadAsWellAndARepeatedIdIsMalformed() {
        start();
        Session session = opened(alice);
        HeaderMap.Builder raw = HeaderMap.newBuilder()
                .addHeaders(raw("authorization", "Bearer " + alice.subject()))
                .addHeaders(raw("mcp-session-id", session.id().value()));
        AttributeContext.Builder request = AttributeContext.newBuilder();
        request.getRequestBuilder().getHttpBuilder().setHeaderMap(raw);

        assertThat(check(request).getStatus().getCode(), is(Code.OK_VALUE));

        request.getRequestBuilder().getHttpBuilder().getHeaderMapBuilder()
                .addHeaders(raw("mcp-session-id", session.id().value()));
        assertDenied(check(request), Code.INVALID_ARGUMENT, 400);
    }

    private static HeaderValue raw(String name, String value) {
        return HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value)).build();
    }

    @Test
    void noTokenIsChallengedWithWhereToGetOne() {
        start();

        CheckResponse response = check(request(Map.of()));

        assertDenied(response, Code.UNAUTHENTICATED, 401);
        assertThat(headers(response.getDeniedResponse().getHeadersList()).get("www-authenticate"),
                is("Bearer realm=\"mcp\", resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource\""));
    }

    @Test
    void aBadTokenIsChallengedWithWhatIsWrong() {
        start();

        CheckResponse response = check(request(Map.of("authorization", "Bearer nonsense")));

        assertDenied(response, Code.UNAUTHENTICATED, 401);
        assertThat(headers(response.getDeniedResponse().getHeadersList()).get("www-authenticate"),
                containsString("error=\"invalid_token\""));
    }

    @Test
    void whatEnvoyVerifiedCountsBeforeARawToken() {
        start();
        Session session = opened(new Principal(ISSUER, "carol"));

        CheckResponse response = check(verified(byAlice(session.id().value()),
                Map.of("iss", text(ISSUER), "sub", text("carol"))));

        assertThat(response.getStatus().getCode(), is(Code.OK_VALUE));
    }

    @Test
    void theSameSubjectOfAnotherIssuerIsSomebodyElse() {
        start();
        Session session = opened(new Principal(ISSUER, "carol"));

        assertDenied(check(verified(request(Map.of("mcp-session-id", session.id().value())),
                Map.of("iss", text("https://other.example"), "sub", text("carol")))), Code.NOT_FOUND, 404);
    }

    @Test
    void aTokenForAnotherAudienceIsNoToken() {
        start();
        Map<String, Value> claims = Map.of("sub", text("carol"), "aud", Value.newBuilder().setListValue(
                ListValue.newBuilder().addValues(text("one")).addValues(text("two"))).build());

        assertDenied(check(verified(request(Map.of()), claims).putContextExtensions("audience", "three")),
                Code.UNAUTHENTICATED, 401);
        assertThat(check(verified(request(Map.of()), claims).putContextExtensions("audience", "two"))
                .getStatus().getCode(), is(Code.OK_VALUE));
    }

    @Test
    void aMissingScopeIsForbidden() {
        start();
        Map<String, Value> claims = Map.of("sub", text("carol"), "scope", text("mcp:read other"));

        CheckResponse response = check(verified(request(Map.of()), claims)
                .putContextExtensions("required_scope", "mcp:read mcp:write"));

        assertDenied(response, Code.PERMISSION_DENIED, 403);
        assertThat(headers(response.getDeniedResponse().getHeadersList()).get("www-authenticate"),
                containsString("error=\"insufficient_scope\", scope=\"mcp:read mcp:write\""));
        assertThat(check(verified(request(Map.of()), claims).putContextExtensions("required_scope", "mcp:read"))
                .getStatus().getCode(), is(Code.OK_VALUE));
    }

    @Test
    void aUserWithTooManySessionsIsToldWhenToRetry() {
        start(store(ONE), SessionPolicy.ROBUST, false);
        check(calling(byAlice(), "tools/call one"));

        CheckResponse response = check(calling(byAlice(), "tools/call two"));

        assertDenied(response, Code.RESOURCE_EXHAUSTED, 429);
        assertThat(headers(response.getDeniedResponse().getHeadersList()).get("retry-after"), is("60"));
    }

    @Test
    void aStoreThatIsAwayFailsTheCallSoThatEnvoyDecides() {
        start(new UnavailableStore(), SessionPolicy.STRICT, false);

        Failure failure = Failure.of(() -> check(byAlice(api.ids.mint(alice).value())));

        assertThat(failure.code(), is(io.grpc.Status.Code.UNAVAILABLE));
        assertThat(failure.reason(), is("STORE_UNAVAILABLE"));
    }

    @Test
    void aStoreThatIsAwayMayBeToldByAnErrorResponseInstead() throws Exception {
        start(new UnavailableStore(), SessionPolicy.STRICT, true);

        CheckResponse response = check(byAlice(api.ids.mint(alice).value()));

        assertThat(response.getStatus().getCode(), is(Code.UNAVAILABLE_VALUE));
        // Envoy's classes of this version do not know field 5 yet; they carry it as it is.
        var seen = io.mcpsession.envoy.CheckResponse.parseFrom(response.toByteArray()).getErrorResponse();
        assertThat(seen.getStatus().getCodeValue(), is(503));
        assertThat(response.getUnknownFields().hasField(5), is(true));
    }

    @Test
    void aCheckCountsAsUseUnlessTheRouteSaysOtherwise() {
        start();
        Session session = opened(alice);
        clock.advance(Duration.ofMinutes(5));

        check(byAlice(session.id().value()).putContextExtensions("touch", "none"));
        assertThat(store.find(session.id()), is(new Lookup.Live(session)));

        check(byAlice(session.id().value()));
        assertThat(store.find(session.id()), is(new Lookup.Live(
                session.expiring(clock.instant().plus(RunningApi.LIMITS.idleTtl())))));
    }
}
