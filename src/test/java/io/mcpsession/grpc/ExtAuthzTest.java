package io.mcpsession.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.UnavailableStore;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Asked as Envoy asks, by Envoy's own classes: what may go on, and with which headers. */
class ExtAuthzTest extends ExtAuthzFixture {

    private static final SessionLimits ONE = new SessionLimits(RunningApi.LIMITS.idleTtl(),
            RunningApi.LIMITS.absoluteLifetime(), 1, SessionLimits.WhenFull.REJECT, Long.MAX_VALUE);

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

    @ParameterizedTest
    @ValueSource(strings = {"POST", "GET"})
    void theAnswerToACallInASessionCarriesItsIdUnlessTheServiceBehindSaysAnother(String method) {
        start();
        Session session = opened(alice);
        AttributeContext.Builder request = byAlice(session.id().value());
        request.getRequestBuilder().getHttpBuilder().setMethod(method);

        List<HeaderValueOption> told = check(request).getOkResponse().getResponseHeadersToAddList();

        assertThat(headers(told), is(Map.of("mcp-session-id", session.id().value())));
        assertThat(told.getFirst().getAppendAction(), is(HeaderAppendAction.ADD_IF_ABSENT));
    }

    @Test
    void whatHasNoAnswerInASessionCarriesNoId() {
        start();
        Session session = opened(alice);
        AttributeContext.Builder deleting = byAlice(session.id().value());
        deleting.getRequestBuilder().getHttpBuilder().setMethod("DELETE");

        List<AttributeContext.Builder> requests = List.of(deleting,
                calling(byAlice(session.id().value()), "notifications/cancelled"),
                calling(byAlice(session.id().value()), "initialize"),
                with(byAlice(session.id().value()), "mcp-protocol-version", "2026-07-28"));

        requests.forEach(request -> {
            CheckResponse response = check(request);
            assertThat(response.getStatus().getCode(), is(Code.OK_VALUE));
            assertThat(response.getOkResponse().getResponseHeadersToAddList(), is(empty()));
        });
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
