package io.mcpsession.grpc;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.mcpsession.testing.StackTraces;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.WatchSessionsRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Clients that give up their gRPC calls: one after the other on a connection that they keep, or all with it. */
@Timeout(60)
class CancelledCallsTest {

    private static final int CALLS = 50;
    private static final String WATCH = "io.mcpsession.grpc.Watch.run";

    private final HeldStore store = new HeldStore();
    private final EndlessFeed feed = new EndlessFeed(SlowWatcherTest.id());
    private final RunningApi api = new RunningApi(store, InstantSource.system(), feed);
    private final ManagedChannel channel = api.connect();

    /** How clients leave. */
    enum Leaving {
        CANCEL {
            @Override
            void leave(ManagedChannel channel, List<Held<?>> calls) {
                calls.forEach(Held::cancel);
            }
        },
        CLOSE_THE_CONNECTION {
            @Override
            void leave(ManagedChannel channel, List<Held<?>> calls) {
                channel.shutdownNow();
            }
        };

        abstract void leave(ManagedChannel channel, List<Held<?>> calls);
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
        api.close();
    }

    @ParameterizedTest
    @EnumSource
    void watchesOfSessionsEnd(Leaving leaving) {
        List<Held<?>> calls = CancelledCallsTest.<SessionEvent>started(CALLS, it -> SessionServiceGrpc.newStub(channel)
                .watchSessions(WatchSessionsRequest.getDefaultInstance(), it.observer()));
        eventually(feed::readers, is(CALLS));
        assertThat(StackTraces.within(WATCH), greaterThan(0L));

        long begin = System.nanoTime();
        leaving.leave(channel, calls);

        eventually(feed::readers, is(0));
        eventually(api.calls::streams, is(0));
        nothingIsLeft(begin);
    }

    @ParameterizedTest
    @EnumSource
    void watchesOfHealthEnd(Leaving leaving) {
        List<Held<?>> calls = CancelledCallsTest.<HealthCheckResponse>started(CALLS, it -> HealthGrpc.newStub(channel)
                .watch(HealthCheckRequest.getDefaultInstance(), it.observer()));
        eventually(api.calls::streams, is(CALLS));

        long begin = System.nanoTime();
        leaving.leave(channel, calls);

        eventually(api.calls::streams, is(0));
        nothingIsLeft(begin);
    }

    @ParameterizedTest
    @EnumSource
    void theWorkForACallStops(Leaving leaving) throws InterruptedException {
        String id = api.ids.mint(io.mcpsession.session.Principal.ofSubject("alice")).value();
        List<Held<?>> call = CancelledCallsTest.<Session>started(1, it -> SessionServiceGrpc.newStub(channel)
                .getSession(GetSessionRequest.newBuilder().setSessionId(id).build(), it.observer()));
        HeldStore.Held held = store.next();

        long begin = System.nanoTime();
        leaving.leave(channel, call);

        eventually(held.thread()::isAlive, is(false));
        eventually(api.calls::inFlight, is(0));
        nothingIsLeft(begin);
    }

    private void nothingIsLeft(long since) {
        eventually(() -> StackTraces.within("io.helidon.webserver.http2.Http2ServerStream.run"), is(0L));
        eventually(() -> StackTraces.within(WATCH), is(0L));
        assertThat(Duration.ofNanos(System.nanoTime() - since), lessThan(Duration.ofSeconds(2)));
        if (!channel.isShutdown()) {
            assertThat(SessionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                    .listSessions(ListSessionsRequest.newBuilder().setOwner(Principal.newBuilder().setSubject("alice"))
                            .build()).getSessionsCount(), is(0));
        }
    }

    private static <RespT> List<Held<?>> started(int count, Consumer<Held<RespT>> call) {
        List<Held<?>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Held<RespT> held = new Held<>();
            call.accept(held);
            calls.add(held);
        }
        return calls;
    }

    /** A call that its client can give up, and whose answers nobody looks at. */
    private static final class Held<RespT> {

        private ClientCallStreamObserver<?> call;

        void cancel() {
            call.cancel("its client has left", null);
        }

        <ReqT> ClientResponseObserver<ReqT, RespT> observer() {
            return new ClientResponseObserver<>() {

                @Override
                public void beforeStart(ClientCallStreamObserver<ReqT> starting) {
                    call = starting;
                }

                @Override
                public void onNext(RespT message) {
                }

                @Override
                public void onError(Throwable failure) {
                }

                @Override
                public void onCompleted() {
                }
            };
        }
    }
}
