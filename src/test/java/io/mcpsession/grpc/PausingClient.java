package io.mcpsession.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** One call of a client that reads only when it is told to. */
final class PausingClient<ReqT, RespT> {

    private final ClientCall<ReqT, RespT> call;
    private final List<RespT> read = new CopyOnWriteArrayList<>();
    private volatile Optional<Status> end = Optional.empty();
    private volatile Metadata trailers = new Metadata();

    PausingClient(ManagedChannel channel, MethodDescriptor<ReqT, RespT> method) {
        call = channel.newCall(method, CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {

            @Override
            public void onMessage(RespT message) {
                read.add(message);
            }

            @Override
            public void onClose(Status status, Metadata with) {
                trailers = with;
                end = Optional.of(status);
            }
        }, new Metadata());
    }

    PausingClient<ReqT, RespT> send(ReqT message) {
        call.sendMessage(message);
        return this;
    }

    PausingClient<ReqT, RespT> sentAll() {
        call.halfClose();
        return this;
    }

    void read(int messages) {
        call.request(messages);
    }

    void readAll() {
        call.request(Integer.MAX_VALUE);
    }

    List<RespT> messages() {
        return read;
    }

    /** How the call ended; empty while it goes on. */
    Optional<Status.Code> end() {
        return end.map(Status::getCode);
    }

    String endMessage() {
        return end.map(Status::getDescription).orElseThrow();
    }

    Metadata trailers() {
        return trailers;
    }
}
