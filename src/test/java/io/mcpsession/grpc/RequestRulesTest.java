package io.mcpsession.grpc;

import io.grpc.Status.Code;
import io.mcpsession.v1.Client;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.DeleteSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.ValidateSessionRequest;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static java.util.stream.Collectors.toMap;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class RequestRulesTest {

    private static final Principal ALICE = Principal.newBuilder().setSubject("alice").build();
    private static final String MALFORMED = "mcp-1-<script>\r\n\u00fc";
    private static final String GOOD_ID = "mcp-1767323045000-" + "A".repeat(40);

    private static RunningApi api;

    @BeforeAll
    static void start() {
        api = new RunningApi(new HeldStore(), InstantSource.system());
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    static Stream<Arguments> malformedIds() {
        return Stream.of(
                refused("session_id", stub -> stub.getSession(GetSessionRequest.newBuilder()
                        .setSessionId(MALFORMED).build())),
                refused("session_id", stub -> stub.getSession(GetSessionRequest.getDefaultInstance())),
                refused("session_id", stub -> stub.validateSession(ValidateSessionRequest.newBuilder()
                        .setSessionId(MALFORMED).build())),
                refused("session_id", stub -> stub.touchSession(TouchSessionRequest.newBuilder()
                        .setSessionId(MALFORMED).build())),
                refused("session_id", stub -> stub.deleteSession(DeleteSessionRequest.newBuilder()
                        .setSessionId(MALFORMED).setAllowMissing(true).build())),
                refused("except_session_id", stub -> stub.revokeUserSessions(RevokeUserSessionsRequest.newBuilder()
                        .setOwner(ALICE).setExceptSessionId(MALFORMED).build())));
    }

    @ParameterizedTest
    @MethodSource("malformedIds")
    void aMalformedIdIsRefusedWithoutBeingRepeated(String field, Consumer<SessionServiceBlockingStub> call) {
        Failure failure = Failure.of(() -> call.accept(api.stub()));

        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.reason(), is("SESSION_ID_MALFORMED"));
        assertThat(failure.field(), is(field));
        assertThat(failure.status().toString(), not(containsString("script")));
    }

    static Stream<Arguments> brokenRules() {
        return Stream.of(
                create("owner.subject", request -> request.clearOwner()),
                create("owner.subject", request -> request.getOwnerBuilder().setSubject("x".repeat(8193))),
                create("owner.issuer", request -> request.getOwnerBuilder().setIssuer("x".repeat(8193))),
                create("protocol_version", request -> request.clearProtocolVersion()),
                create("protocol_version", request -> request.setProtocolVersion("x".repeat(33))),
                create("client.name", request -> request.setClient(Client.newBuilder().setName("x".repeat(257)))),
                create("client.version", request -> request.setClient(Client.newBuilder()
                        .setVersion("x".repeat(257)))),
                create("client.capabilities_json", request -> request.setClient(Client.newBuilder()
                        .setCapabilitiesJson("[]"))),
                create("client.capabilities_json", request -> request.setClient(Client.newBuilder()
                        .setCapabilitiesJson("{\"x\":\"" + "x".repeat(16384) + "\"}"))),
                create("attributes", request -> request.putAllAttributes(IntStream.range(0, 65).boxed()
                        .collect(toMap(String::valueOf, String::valueOf)))),
                create("attributes", request -> request.putAttributes("", "nameless")),
                create("attributes.key", request -> request.putAttributes("x".repeat(129), "")),
                create("attributes.value", request -> request.putAttributes("x", "x".repeat(4097))),
                refused("principal.subject", stub -> stub.validateSession(ValidateSessionRequest.newBuilder()
                        .setSessionId(GOOD_ID).setPrincipal(Principal.getDefaultInstance()).build())),
                refused("touch_mode", stub -> stub.validateSession(ValidateSessionRequest.newBuilder()
                        .setSessionId(GOOD_ID).setTouchModeValue(99).build())),
                refused("principal.subject", stub -> stub.touchSession(TouchSessionRequest.newBuilder()
                        .setSessionId(GOOD_ID).setPrincipal(Principal.getDefaultInstance()).build())),
                refused("owner.subject", stub -> stub.listSessions(ListSessionsRequest.getDefaultInstance())),
                refused("page_size", stub -> stub.listSessions(ListSessionsRequest.newBuilder()
                        .setOwner(ALICE).setPageSize(-1).build())),
                refused("page_token", stub -> stub.listSessions(ListSessionsRequest.newBuilder()
                        .setOwner(ALICE).setPageToken("not a token").build())),
                refused("owner.subject", stub -> stub.revokeUserSessions(
                        RevokeUserSessionsRequest.getDefaultInstance())),
                refused("reason", stub -> stub.revokeUserSessions(RevokeUserSessionsRequest.newBuilder()
                        .setOwner(ALICE).setReason("x".repeat(257)).build())));
    }

    @ParameterizedTest
    @MethodSource("brokenRules")
    void aRequestThatBreaksARuleIsRefusedWithTheNameOfTheField(String field,
                                                               Consumer<SessionServiceBlockingStub> call) {
        Failure failure = Failure.of(() -> call.accept(api.stub()));

        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.reason(), is("REQUEST_INVALID"));
        assertThat(failure.field(), is(field));
        assertThat(failure.status().getMessage(), matchesPattern("[ -~]{1,100}"));
    }

    private static Arguments create(String field, Consumer<CreateSessionRequest.Builder> spoil) {
        return refused(field, stub -> {
            CreateSessionRequest.Builder request = CreateSessionRequest.newBuilder()
                    .setOwner(ALICE).setProtocolVersion("2025-11-25");
            spoil.accept(request);
            stub.createSession(request.build());
        });
    }

    private static Arguments refused(String field, Consumer<SessionServiceBlockingStub> call) {
        return argumentSet(field, field, call);
    }
}
