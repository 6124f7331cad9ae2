package io.mcpsession.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A call that writes down what it is told to send. */
final class RecordedCall extends ServerCall<GetSessionRequest, Session> {

    final List<String> sent = new ArrayList<>();
    boolean cancelled;
    /** What the next write fails with. */
    Optional<RuntimeException> broken = Optional.empty();
    /** Whether the client cancels while that write fails. */
    boolean cancelledMeanwhile;

    @Override
    public void request(int numMessages) {
    }

    @Override
    public void sendHeaders(Metadata headers) {
        send("headers");
    }

    @Override
    public void sendMessage(Session message) {
        send("message");
    }

    @Override
    public void close(Status status, Metadata trailers) {
        send("close " + status.getCode() + " " + status.getDescription());
    }

    private void send(String what) {
        if (broken.isPresent()) {
            RuntimeException e = broken.get();
            broken = Optional.empty();
            cancelled |= cancelledMeanwhile;
            throw e;
        }
        sent.add(what);
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public MethodDescriptor<GetSessionRequest, Session> getMethodDescriptor() {
        return SessionServiceGrpc.getGetSessionMethod();
    }
}
