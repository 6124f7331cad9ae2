package io.mcpsession.grpc;

import io.grpc.stub.StreamObserver;
import io.mcpsession.v1.KeepAliveResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client of KeepAlive that waits for the end alone. */
final class QuietKeepAlive implements StreamObserver<KeepAliveResponse> {

    private final CompletableFuture<Void> end = new CompletableFuture<>();

    @Override
    public void onNext(KeepAliveResponse answer) {
    }

    @Override
    public void onError(Throwable why) {
        end.completeExceptionally(why);
    }

    @Override
    public void onCompleted() {
        end.complete(null);
    }

    /**
     * Waits for the end.
     *
     * @throws java.util.concurrent.CompletionException with the reason, unless it was a good one
     */
    void awaitEnd() {
        end.orTimeout(10, TimeUnit.SECONDS).join();
    }
}
