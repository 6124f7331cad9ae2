package io.mcpsession.grpc;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.ErrorInfo;
import io.grpc.Status.Code;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

class CallFailureTest {

    private static final io.mcpsession.v1.Principal ALICE =
            io.mcpsession.v1.Principal.newBuilder().setSubject("alice").build();

    private static HeldStore store;
    private static RunningApi api;

    @BeforeAll
    static void start() {
        store = new HeldStore();
        api = new RunningApi(store, InstantSource.system());
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void aCancelledCallDoesNotDisturbTheOthersOnItsConnection() throws Exception {
        ListenableFuture<Session> first = get(api.ids.mint(Principal.ofSubject("alice")));
        HeldStore.Held cancelled = store.next();
        ListenableFuture<Session> second = get(api.ids.mint(Principal.ofSubject("alice")));
        HeldStore.Held going = store.next();

        first.cancel(true);
        // Frames of one connection are read in order: once this is answered, the server knows of the cancellation.
        roundTrip();
        cancelled.release();
        roundTrip();
        going.release();

        Throwable outcome = assertThrows(ExecutionException.class, () -> second.get(10, TimeUnit.SECONDS)).getCause();
        assertThat(Failure.of(() -> { throw outcome; }).reason(), is("SESSION_NOT_FOUND"));
    }

    @Test
    void whatIsUnexpectedIsLoggedAndNotTold() {
        try (LogCapture log = new LogCapture(GrpcErrors.class)) {
            Failure failure = Failure.of(() -> api.stub().createSession(CreateSessionRequest.newBuilder()
                    .setOwner(ALICE).setProtocolVersion("2025-11-25").build()));

            assertThat(failure.code(), is(Code.INTERNAL));
            assertThat(failure.status().getMessage(), is("internal error"));
            assertThat(failure.details(ErrorInfo.class), contains(ErrorInfo.newBuilder()
                    .setDomain("mcpsession.v1.SessionService").setReason("INTERNAL").build()));
            assertThat(log.at(Level.SEVERE),
                    contains("grpc call failed method=mcpsession.v1.SessionService/CreateSession"));
        }
    }

    private static ListenableFuture<Session> get(SessionId id) {
        return SessionServiceGrpc.newFutureStub(api.channel)
                .getSession(GetSessionRequest.newBuilder().setSessionId(id.value()).build());
    }

    private static void roundTrip() {
        api.stub().listSessions(ListSessionsRequest.newBuilder().setOwner(ALICE).build());
    }
}
