package io.mcpsession.grpc;

import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionEvent;
import io.mcpsession.v1.SessionEventKind;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.WatchSessionsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A client that watches, until it is killed; whoever goes on with its token has seen what it has seen. */
public final class Watcher implements AutoCloseable {

    private final ManagedChannel channel;
    private final List<SessionEvent> events = new ArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Consumer<SessionEvent> listener;
    private String token;
    private int checkpoints;
    private Optional<Throwable> failure = Optional.empty();
    private boolean killed;

    /**
     * @param listener told of every event but checkpoints, in order, as it arrives
     */
    public Watcher(ManagedChannel channel, WatchSessionsRequest request, Consumer<SessionEvent> listener) {
        this.channel = channel;
        this.token = request.getResumeToken();
        this.listener = listener;
        SessionServiceGrpc.newStub(channel).watchSessions(request, new Receiver());
    }

    Watcher(RunningApi api, WatchSessionsRequest request) {
        this(api.connect(), request, _ -> { });
        await();
    }

    static WatchSessionsRequest from(String token) {
        return WatchSessionsRequest.newBuilder().setResumeToken(token)
                .setCheckpointInterval(Duration.newBuilder().setNanos(100_000_000)).build();
    }

    static WatchSessionsRequest of(Principal owner, SessionEventKind... kinds) {
        return from("").toBuilder().setOwner(owner).addAllKinds(List.of(kinds)).build();
    }

    /** Waits until the watch stands. */
    public void await() {
        try {
            if (!begun.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("no answer to a watch");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Of the last message seen. */
    public synchronized String token() {
        return token;
    }

    synchronized List<SessionEvent> events() {
        return List.copyOf(events);
    }

    synchronized int checkpoints() {
        return checkpoints;
    }

    public synchronized Optional<Throwable> failure() {
        return failure;
    }

    /** Goes without a word; what is under way is not seen. */
    public void kill() {
        synchronized (this) {
            killed = true;
        }
        channel.shutdownNow();
    }

    @Override
    public void close() {
        kill();
    }

    private synchronized void seen(SessionEvent event) {
        if (killed) {
            return;
        }
        token = event.getResumeToken();
        if (event.getKind() == SessionEventKind.SESSION_EVENT_KIND_CHECKPOINT) {
            checkpoints++;
        } else {
            events.add(event);
            listener.accept(event);
        }
        begun.countDown();
    }

    private synchronized void failed(Throwable with) {
        failure = Optional.of(with);
        begun.countDown();
    }

    private final class Receiver implements StreamObserver<SessionEvent> {

        @Override
        public void onNext(SessionEvent event) {
            seen(event);
        }

        @Override
        public void onError(Throwable with) {
            failed(with);
        }

        @Override
        public void onCompleted() {
            failed(new AssertionError("a watch ended without a word"));
        }
    }
}
