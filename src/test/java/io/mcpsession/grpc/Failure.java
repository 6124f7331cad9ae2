package io.mcpsession.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.function.Executable;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A refused call as its client sees it. */
record Failure(io.grpc.Status.Code code, Status status) {

    static Failure of(Executable call) {
        StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
        Status status = StatusProto.fromThrowable(e);
        assertThat("the details agree with the code", status.getCode(), is(e.getStatus().getCode().value()));
        return new Failure(e.getStatus().getCode(), status);
    }

    String reason() {
        return info().getReason();
    }

    Map<String, String> metadata() {
        return info().getMetadataMap();
    }

    private ErrorInfo info() {
        List<ErrorInfo> infos = details(ErrorInfo.class);
        assertThat("exactly one ErrorInfo", infos, hasSize(1));
        assertThat(infos.getFirst().getDomain(), is("mcpsession.v1.SessionService"));
        return infos.getFirst();
    }

    /** The one field complained of. */
    String field() {
        List<BadRequest> details = details(BadRequest.class);
        assertThat(details, hasSize(1));
        assertThat(details.getFirst().getFieldViolationsList(), hasSize(1));
        return details.getFirst().getFieldViolations(0).getField();
    }

    <T extends Message> List<T> details(Class<T> type) {
        return status.getDetailsList().stream().filter(any -> any.is(type)).map(any -> unpack(any, type)).toList();
    }

    private static <T extends Message> T unpack(Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
