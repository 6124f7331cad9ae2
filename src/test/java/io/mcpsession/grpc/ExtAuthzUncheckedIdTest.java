package io.mcpsession.grpc;

import com.google.protobuf.Struct;
import com.google.rpc.Code;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes on without a session: no id goes with it that nobody has checked. */
class ExtAuthzUncheckedIdTest extends ExtAuthzFixture {

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
    void aCallThatCannotBeToldFromInitializeGoesOnUnlessTheRouteSaysOtherwise() {
        start();

        assertGoesOnWithoutSession(check(byAlice()));
        assertGoesOnWithoutSession(check(calling(byAlice(), "tools/list")
                .putContextExtensions("require_session", "false")));
        assertDenied(check(byAlice().putContextExtensions("require_session", "true")), Code.INVALID_ARGUMENT, 400);
    }
}
