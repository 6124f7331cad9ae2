package io.mcpsession.grpc;

import com.google.protobuf.Struct;
import com.google.rpc.Code;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

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

    private String idOfBob() {
        return opened(Principal.ofSubject("user-bob")).id().value();
    }

    @Test
    void theStatelessEraNeedsNoIdSoNoneGoesOnWithIt() {
        start();

        for (String id : List.of(idOfBob(), "whatever", "one,two", opened(alice).id().value())) {
            assertGoesOnWithoutSession(check(with(byAlice(id), "mcp-protocol-version", "2026-07-28")));
        }
        assertGoesOnWithoutSession(check(with(byAlice(), "mcp-protocol-version", "2026-07-28")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"initialize", "server/discover"})
    void whatComesBeforeASessionGoesOnWithoutTheIdItSends(String method) {
        start();

        assertGoesOnWithoutSession(check(calling(byAlice(idOfBob()), method)));
    }

    @Test
    void anInitializeThatOnlyAHeaderTellsGoesOnWithoutTheIdItSends() {
        start();
        String id = idOfBob();

        assertGoesOnWithoutSession(check(with(byAlice(id), "mcp-method", "initialize")));
        assertGoesOnWithoutSession(check(with(calling(byAlice(id), RunningApi.CUT), "mcp-method", "initialize")));
    }

    @Test
    void whatTheBodyCallsCountsBeforeWhatAHeaderSays() {
        start();

        assertDenied(check(with(calling(byAlice(idOfBob()), "tools/call"), "mcp-method", "initialize")),
                Code.NOT_FOUND, 404);
        assertDenied(check(with(calling(byAlice(), "tools/call"), "mcp-method", "initialize")),
                Code.INVALID_ARGUMENT, 400);
    }

    @Test
    void anIdIsCheckedEvenWhereTheBodyDoesNotTellTheCall() {
        start();

        assertDenied(check(calling(byAlice(idOfBob()), RunningApi.CUT)), Code.NOT_FOUND, 404);
    }

    /** Envoy may be told to keep headers from this server; the service behind would get them all the same. */
    @Test
    void anIdThatThisServerWasNotShownDoesNotGoOn() {
        start(store, SessionPolicy.COMPAT, false);

        assertGoesOnWithoutSession(check(calling(byAlice(), RunningApi.CUT)));
        for (String call : List.of("tools/list", "tools/call conversation")) {
            CheckResponse response = check(calling(byAlice(), call));

            assertThat(headers(response.getOkResponse().getHeadersList()), hasKey("x-mcp-session-id-hash"));
            assertThat(response.getOkResponse().getHeadersToRemoveList(), hasItem("mcp-session-id"));
        }
    }

    @Test
    void anIdThatWasCheckedGoesOn() {
        start();

        CheckResponse response = check(byAlice(opened(alice).id().value()));

        assertThat(response.getStatus().getCode(), is(Code.OK_VALUE));
        assertThat(response.getOkResponse().getHeadersToRemoveList(), not(hasItem("mcp-session-id")));
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
