package io.mcpsession.grpc;

import io.grpc.Status.Code;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static java.util.Collections.nCopies;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

class RequestIdTest extends ApiOnRedis {

    private CreateSessionRequest request(String requestId) {
        return CreateSessionRequest.newBuilder().setOwner(alice).setProtocolVersion("2025-11-25")
                .setRequestId(requestId).build();
    }

    @Test
    void aRepeatedRequestReturnsTheSameSession() {
        CreateSessionRequest request = request(UUID.randomUUID().toString());

        Session first = api.stub().createSession(request);
        Session second = api.stub().createSession(request);

        assertThat(second, is(first));
        assertThat(list(alice, 0, "").getSessionsList(), hasSize(1));
    }

    @Test
    void attributesMayComeInAnotherOrder() {
        Map<String, String> forward = new LinkedHashMap<>();
        Map<String, String> backward = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            forward.put("name" + i, "" + i);
            backward.put("name" + (19 - i), "" + (19 - i));
        }
        CreateSessionRequest.Builder request = request("the same").toBuilder();

        Session first = api.stub().createSession(request.clone().putAllAttributes(forward).build());

        assertThat(api.stub().createSession(request.putAllAttributes(backward).build()), is(first));
    }

    @Test
    void ofManyAtOnceOneOpensTheSessionAndAllGetIt() throws Exception {
        CreateSessionRequest request = request("at once");
        List<Session> sessions = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Session> call = () -> api.stub().createSession(request);
            for (Future<Session> session : threads.invokeAll(nCopies(20, call))) {
                sessions.add(session.get());
            }
        }

        assertThat(new HashSet<>(sessions.stream().map(Session::getSessionId).collect(Collectors.toSet())), hasSize(1));
        assertThat(list(alice, 0, "").getSessionsList(), hasSize(1));
    }

    @Test
    void anotherRequestOfTheSameNameIsRefused() {
        api.stub().createSession(request("taken"));

        Failure failure = Failure.of(() -> api.stub().createSession(
                request("taken").toBuilder().putAttributes("more", "").build()));

        assertThat(failure.code(), is(Code.INVALID_ARGUMENT));
        assertThat(failure.reason(), is("REQUEST_ID_REUSED"));
        assertThat(failure.field(), is("request_id"));
    }

    @Test
    void aRepeatedRequestSaysWhatBecameOfItsSession() {
        CreateSessionRequest request = request("ended");
        api.stub().createSession(request);
        revoke(alice, "", "stolen");

        Failure failure = Failure.of(() -> api.stub().createSession(request));

        assertThat(failure.code(), is(Code.FAILED_PRECONDITION));
        assertThat(failure.reason(), is("SESSION_REVOKED"));
        assertThat(failure.metadata(), is(Map.of("reason", "stolen")));
    }

    @Test
    void aRepeatedRequestDoesNotReviveASessionThatExpired() {
        CreateSessionRequest request = request("expired");
        api.stub().createSession(request);
        advance(IDLE);

        assertThat(Failure.of(() -> api.stub().createSession(request)).reason(), is("SESSION_EXPIRED"));
    }
}
