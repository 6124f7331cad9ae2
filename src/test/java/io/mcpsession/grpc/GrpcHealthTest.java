package io.mcpsession.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.BlockingClientCall;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.NOT_SERVING;
import static io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

class GrpcHealthTest {

    private static final String SERVICE = "mcpsession.v1.SessionService";

    private final RunningApi api = new RunningApi(new HeldStore(), InstantSource.system());

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void aServerIsAliveBeforeItServes() {
        assertThat(check("liveness"), is(SERVING));
        assertThat(check(""), is(NOT_SERVING));
        assertThat(check(SERVICE), is(NOT_SERVING));
    }

    @Test
    void aServerThatServesSaysSoUnderBothNames() {
        api.health.serving(true);

        assertThat(check(""), is(SERVING));
        assertThat(check(SERVICE), is(SERVING));
    }

    @Test
    void aServerThatNoLongerServesIsStillAlive() {
        api.health.serving(true);
        api.health.serving(false);

        assertThat(check(""), is(NOT_SERVING));
        assertThat(check(SERVICE), is(NOT_SERVING));
        assertThat(check("liveness"), is(SERVING));
    }

    @Test
    void aServerThatAcceptsNobodyIsNeitherAliveNorServes() {
        api.health.serving(true);
        api.health.accepting(false);
        assertThat(check("liveness"), is(NOT_SERVING));
        api.health.serving(true);
        assertThat(check(""), is(NOT_SERVING));
        assertThat(check(SERVICE), is(NOT_SERVING));

        api.health.accepting(true);
        assertThat(check("liveness"), is(SERVING));
        assertThat(check(""), is(SERVING));
        assertThat(check(SERVICE), is(SERVING));
    }

    @Test
    void aWatcherHearsOfEachChange() throws Exception {
        BlockingClientCall<?, HealthCheckResponse> watch = HealthGrpc.newBlockingV2Stub(api.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .watch(request(SERVICE));

        assertThat(watch.read().getStatus(), is(NOT_SERVING));
        api.health.serving(true);
        assertThat(watch.read().getStatus(), is(SERVING));
        api.health.serving(false);
        assertThat(watch.read().getStatus(), is(NOT_SERVING));
    }

    @Test
    void aNameOfWhateverLengthIsAnsweredAndSoIsWhoeverComesNext() {
        assertThat(assertThrows(StatusRuntimeException.class, () -> check("x".repeat(5000))).getStatus().getCode(),
                is(Status.Code.NOT_FOUND));
        assertThat(assertThrows(StatusRuntimeException.class, () -> check("y")).getStatus().getCode(),
                is(Status.Code.NOT_FOUND));
    }

    @Test
    void aMessageReachesItsClientWhateverItIsMadeOf() {
        String name = "n\u00f6\r\n100%";

        StatusRuntimeException e = assertThrows(StatusRuntimeException.class, () -> check(name));

        assertThat(e.getStatus().getDescription(), is("unknown service " + name));
    }

    private ServingStatus check(String service) {
        return HealthGrpc.newBlockingStub(api.channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(request(service))
                .getStatus();
    }

    private static HealthCheckRequest request(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }
}
