package io.mcpsession.grpc;

import com.google.rpc.Code;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.mcpsession.http2.CallFault;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Says in gRPC's words what is wrong with a call that no service has seen a message of. */
final class CallFaults {

    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private CallFaults() {
    }

    static StatusRuntimeException of(CallFault fault) {
        return switch (fault) {
            case METHOD_UNKNOWN -> status(Code.UNIMPLEMENTED, "there is no such method", "METHOD_UNKNOWN");
            case SUBTYPE_UNSUPPORTED -> status(Code.UNIMPLEMENTED,
                    "messages are protobuf here: application/grpc or application/grpc+proto", "SUBTYPE_UNSUPPORTED");
            case ENCODING_UNSUPPORTED -> status(Code.UNIMPLEMENTED, "grpc-encoding is identity or gzip here",
                    "ENCODING_UNSUPPORTED");
            case METADATA_INVALID -> GrpcErrors.unreadable("a name or a value of the metadata is none");
            case MESSAGE_TOO_LARGE -> status(Code.RESOURCE_EXHAUSTED, "the message is larger than messages may be",
                    "MESSAGE_TOO_LARGE");
            case MESSAGE_MEMORY -> status(Code.RESOURCE_EXHAUSTED, "more is being read than there is memory for",
                    "MESSAGE_MEMORY");
            case MESSAGE_FLAG_INVALID -> GrpcErrors.unreadable("a message begins with a byte other than 0 and 1");
            // INTERNAL has the specification (gRPC Compression, Test cases), although the caller is to blame.
            case MESSAGE_ENCODING_MISSING -> status(Code.INTERNAL,
                    "a message is flagged as compressed, and grpc-encoding does not say how", "ENCODING_MISSING");
            case MESSAGE_CORRUPT -> status(Code.INTERNAL, "a message cannot be inflated", "MESSAGE_CORRUPT");
            case MESSAGE_TRUNCATED -> GrpcErrors.unreadable("the call ended without a whole message");
        };
    }

    /** The same as headers of an answer, as they go over the wire (gRPC over HTTP2, Responses). */
    static Map<String, String> headers(CallFault fault) {
        StatusRuntimeException status = of(fault);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("grpc-status", Integer.toString(status.getStatus().getCode().value()));
        headers.put("grpc-message", status.getStatus().getDescription());
        headers.put(DETAILS.name(), Base64.getEncoder().withoutPadding()
                .encodeToString(status.getTrailers().get(DETAILS)));
        if (fault == CallFault.ENCODING_UNSUPPORTED) {
            headers.put("grpc-accept-encoding", "identity,gzip");
        }
        return headers;
    }

    private static StatusRuntimeException status(Code code, String message, String reason) {
        return GrpcErrors.status(code, message, reason, Map.of());
    }
}
