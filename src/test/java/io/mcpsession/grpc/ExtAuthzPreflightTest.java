package io.mcpsession.grpc;

import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.mcpsession.session.Session;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;

/** Browsers ask beforehand, without credentials (Fetch Standard, CORS-preflight fetch). */
class ExtAuthzPreflightTest extends ExtAuthzFixture {

    private static final Map<String, String> PREFLIGHT = Map.of("origin", "https://app.example",
            "access-control-request-method", "POST", "access-control-request-headers", "authorization,mcp-session-id");

    @BeforeEach
    void start() {
        super.start();
    }

    @Test
    void aPreflightGoesOnWithoutAnIdentity() {
        assertGoesOnWithoutSession(check(options(PREFLIGHT)));
    }

    @Test
    void evenWhereTheRouteWantsASessionAndAScope() {
        assertGoesOnWithoutSession(check(options(PREFLIGHT).putContextExtensions("require_session", "true")
                .putContextExtensions("required_scope", "mcp:read")));
    }

    @Test
    void aPreflightOfRawHeadersGoesOnAsWell() {
        AttributeContext.Builder request = options(Map.of());
        HeaderMap.Builder raw = request.getRequestBuilder().getHttpBuilder().getHeaderMapBuilder();
        PREFLIGHT.forEach((name, value) -> raw.addHeaders(HeaderValue.newBuilder().setKey(name).setValue(value)));

        assertGoesOnWithoutSession(check(request));
    }

    @Test
    void anIdentityThatAPreflightMadeUpIsRemoved() {
        AttributeContext.Builder request = with(options(PREFLIGHT), "x-mcp-session-role", "admin");

        var response = check(request);

        assertGoesOnWithoutSession(response);
        assertThat(response.getOkResponse().getHeadersToRemoveList(), hasItem("x-mcp-session-role"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "DELETE", "HEAD", "options", ""})
    void anotherMethodIsNone(String method) {
        AttributeContext.Builder request = options(PREFLIGHT);
        request.getRequestBuilder().getHttpBuilder().setMethod(method);

        assertDenied(check(request), Code.UNAUTHENTICATED, 401);
    }

    static Stream<Map<String, String>> lacking() {
        return Stream.of(Map.of(), without("origin"), without("access-control-request-method"),
                with("origin", ""), with("access-control-request-method", " "));
    }

    @ParameterizedTest
    @MethodSource("lacking")
    void whatDoesNotSayWhoAsksForWhatIsNone(Map<String, String> headers) {
        assertDenied(check(options(headers)), Code.UNAUTHENTICATED, 401);
    }

    @Test
    void whatBringsABadTokenIsNone() {
        assertDenied(check(with(options(PREFLIGHT), "authorization", "Bearer nonsense")), Code.UNAUTHENTICATED, 401);
    }

    @Test
    void whatBringsASessionIsNone() {
        Session session = opened(alice);

        assertDenied(check(with(options(PREFLIGHT), "mcp-session-id", session.id().value())), Code.UNAUTHENTICATED, 401);
    }

    private static AttributeContext.Builder options(Map<String, String> headers) {
        AttributeContext.Builder request = request(headers);
        request.getRequestBuilder().getHttpBuilder().setMethod("OPTIONS");
        return request;
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> headers = new HashMap<>(PREFLIGHT);
        headers.put(name, value);
        return headers;
    }

    private static Map<String, String> without(String name) {
        Map<String, String> headers = new HashMap<>(PREFLIGHT);
        headers.remove(name);
        return headers;
    }
}
