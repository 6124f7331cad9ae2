package io.mcpsession.grpc;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionPolicy;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

/** For whom a request goes on, as far as Envoy or its token says who sent it. */
class ExtAuthzIdentityTest extends ExtAuthzFixture {

    private static final String API_USER = "user-of-a-token";

    @Test
    void evenWithoutASessionNobodyGoesOnWithoutAnIdentity() {
        start();
        AttributeContext.Builder request = calling(request(Map.of("mcp-protocol-version", "2026-07-28")), "initialize");

        assertDenied(check(request), Code.UNAUTHENTICATED, 401);
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
        Map<String, Value> claims = Map.of("iss", text(ISSUER), "sub", text("carol"), "aud", Value.newBuilder().setListValue(
                ListValue.newBuilder().addValues(text("one")).addValues(text("two"))).build());

        assertDenied(check(verified(request(Map.of()), claims).putContextExtensions("audience", "three")),
                Code.UNAUTHENTICATED, 401);
        assertThat(check(verified(request(Map.of()), claims).putContextExtensions("audience", "two"))
                .getStatus().getCode(), is(Code.OK_VALUE));
    }

    @Test
    void aMissingScopeIsForbidden() {
        start();
        Map<String, Value> claims = Map.of("iss", text(ISSUER), "sub", text("carol"), "scope", text("mcp:read other"));

        CheckResponse response = check(verified(request(Map.of()), claims)
                .putContextExtensions("required_scope", "mcp:read mcp:write"));

        assertDenied(response, Code.PERMISSION_DENIED, 403);
        assertThat(headers(response.getDeniedResponse().getHeadersList()).get("www-authenticate"),
                containsString("error=\"insufficient_scope\", scope=\"mcp:read mcp:write\""));
        assertThat(check(verified(request(Map.of()), claims).putContextExtensions("required_scope", "mcp:read"))
                .getStatus().getCode(), is(Code.OK_VALUE));
    }

    static Stream<Map<String, Value>> aVerifiedTokenThatNamesNoUserIsRefused() {
        Value none = Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
        Value number = Value.newBuilder().setNumberValue(7).build();
        List<Value> noNames = List.of(text(""), text(" "), none, number, list(text(ISSUER)), list(),
                text("x".repeat(Principal.MAX_LENGTH + 1)));
        return Stream.concat(Stream.of(Map.of("sub", text(API_USER)), Map.of("iss", text(ISSUER))),
                noNames.stream().flatMap(noName -> Stream.of(Map.of("iss", noName, "sub", text(API_USER)),
                        Map.of("iss", text(ISSUER), "sub", noName))));
    }

    /** Not even where a token that is good comes along: what Envoy verified counts first. */
    @ParameterizedTest
    @MethodSource
    void aVerifiedTokenThatNamesNoUserIsRefused(Map<String, Value> payload) {
        start();
        Session session = opened(Principal.ofSubject(API_USER));

        assertDenied(check(verified(request(Map.of("mcp-session-id", session.id().value())), payload)),
                Code.UNAUTHENTICATED, 401);
        assertDenied(check(verified(byAlice(), payload).putContextExtensions("require_session", "false")),
                Code.UNAUTHENTICATED, 401);
        assertDenied(check(verified(request(Map.of()), payload).putContextExtensions("jwt_payload", "payload")),
                Code.UNAUTHENTICATED, 401);
    }

    @Test
    void whyATokenFailedIsNoPayload() {
        start();
        AttributeContext.Builder request = byAlice().putContextExtensions("require_session", "false");
        request.getMetadataContextBuilder().putFilterMetadata("envoy.filters.http.jwt_authn", Struct.newBuilder()
                .putFields("failed_status", Value.newBuilder().setStructValue(Struct.newBuilder()
                        .putFields("code", Value.newBuilder().setNumberValue(5).build())
                        .putFields("message", text("Jwt is missing"))).build()).build());

        assertThat(check(request).getStatus().getCode(), is(Code.OK_VALUE));
    }

    @Test
    void aTokenThatEnvoyHasNoKeysForIsNotToldToBeBad() throws Exception {
        start(store, SessionPolicy.STRICT, true);

        CheckResponse response = check(failed("nonsense", "Jwks remote fetch is failed"));

        assertThat(response.getStatus().getCode(), is(Code.UNAVAILABLE_VALUE));
        assertThat(io.mcpsession.envoy.CheckResponse.parseFrom(response.toByteArray()).getErrorResponse().getStatus()
                .getCodeValue(), is(503));
    }

    @Test
    void norIsItWhereAFailedCallSaysSo() {
        start();

        Failure failure = Failure.of(() -> check(failed("nonsense", "Jwks remote fetch is failed")));

        assertThat(failure.code(), is(io.grpc.Status.Code.UNAVAILABLE));
        assertThat(failure.reason(), is("ISSUER_UNAVAILABLE"));
    }

    @Test
    void aTokenOfThisServerNeedsNoKeysOfEnvoy() {
        start();

        assertThat(check(failed(alice.subject(), "Jwks remote fetch is failed")
                .putContextExtensions("require_session", "false")).getStatus().getCode(), is(Code.OK_VALUE));
    }

    @Test
    void anyOtherFailureIsTheTokensFault() {
        start();

        assertDenied(check(failed("nonsense", "Jwt is expired")), Code.UNAUTHENTICATED, 401);
    }

    /** As Envoy says it by failed_status_in_metadata. */
    private static AttributeContext.Builder failed(String token, String why) {
        return verified(request(Map.of("authorization", "Bearer " + token)),
                Map.of("code", Value.newBuilder().setNumberValue(34).build(), "message", text(why)));
    }

    private static Value list(Value... values) {
        return Value.newBuilder().setListValue(ListValue.newBuilder().addAllValues(List.of(values))).build();
    }
}
