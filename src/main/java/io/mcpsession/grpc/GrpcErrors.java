package io.mcpsession.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.mcpsession.auth.ServiceRole;
import io.mcpsession.auth.UncheckableTokenException;
import io.mcpsession.relay.FeedClosedException;
import io.mcpsession.relay.FeedCompactedException;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimitException;
import io.mcpsession.session.StoreUnavailableException;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.SessionServiceGrpc;
import java.util.Locale;
import java.util.Map;

/**
 * The only mapping from failure to status. Every status has exactly one ErrorInfo, and its message says nothing that a
 * caller sent or that a failure happened to mention.
 */
final class GrpcErrors {

    private static final System.Logger LOG = System.getLogger(GrpcErrors.class.getName());
    private static final Duration RETRY_DELAY = Duration.newBuilder().setSeconds(1).build();
    /** Sessions go by their idle TTL; asking more often does not make room. */
    private static final Duration FULL_DELAY = Duration.newBuilder().setSeconds(60).build();

    private GrpcErrors() {
    }

    /** The field holds no session id of the shape this server mints; its content is not repeated. */
    static StatusRuntimeException malformedId(String field) {
        return violation("SESSION_ID_MALFORMED", field, "is not a session id");
    }

    /**
     * @param field   path of the field within the request
     * @param problem what is wrong with it, to be read after its name
     */
    static StatusRuntimeException invalid(String field, String problem) {
        return violation("REQUEST_INVALID", field, problem);
    }

    /** What was sent was not read for as long as the server waits. */
    static StatusRuntimeException unread() {
        return status(Code.UNAVAILABLE, "answers were not read in time; call again, a watch with its last resume_token",
                "ANSWERS_UNREAD", Map.of(), RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build());
    }

    /** More was said on a stream than is kept until it is answered. */
    static StatusRuntimeException tooManyUnanswered() {
        return status(Code.RESOURCE_EXHAUSTED, "too many requests wait on this stream; send more as they are answered",
                "STREAM_BACKLOG_FULL", Map.of(), RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build());
    }

    /** This replica goes, and its streams with it. */
    static StatusRuntimeException stopping() {
        return status(Code.UNAVAILABLE, "this replica stops; call again, a watch with its last resume_token",
                "SERVER_STOPPING", Map.of(), RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build());
    }

    /** The caller, or all together, have as many streams as they may. */
    static StatusRuntimeException tooManyStreams() {
        return status(Code.RESOURCE_EXHAUSTED, "there are as many streams as there may be; end one, or call again later",
                "STREAM_LIMIT", Map.of(), QuotaFailure.newBuilder()
                        .addViolations(QuotaFailure.Violation.newBuilder().setSubject("streams")
                                .setDescription("as many as there may be"))
                        .build(), RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build());
    }

    /** The caller calls too often. */
    static StatusRuntimeException tooManyCalls(java.time.Duration wait) {
        return status(Code.RESOURCE_EXHAUSTED, "too many calls a second; slow down", "RATE_LIMIT", Map.of(),
                QuotaFailure.newBuilder()
                        .addViolations(QuotaFailure.Violation.newBuilder().setSubject("calls")
                                .setDescription("more a second than the caller may"))
                        .build(), RetryInfo.newBuilder().setRetryDelay(Messages.duration(wait)).build());
    }

    /** What came is not what a request of the method looks like. */
    static StatusRuntimeException unreadable(String problem) {
        return status(Code.INVALID_ARGUMENT, problem, "REQUEST_UNREADABLE", Map.of());
    }

    /** Nobody knows which service this is. */
    static StatusRuntimeException callerUnknown() {
        return status(Code.UNAUTHENTICATED, "no certificate or token of a listed service", "CALLER_UNKNOWN", Map.of());
    }

    static StatusRuntimeException callerNotAllowed(ServiceRole needed) {
        return status(Code.PERMISSION_DENIED, "the service lacks the role for this method", "CALLER_NOT_ALLOWED",
                Map.of("role", needed.name().toLowerCase(Locale.ROOT)));
    }

    static StatusRuntimeException requestIdReused() {
        return violation("REQUEST_ID_REUSED", "request_id", "was used for another request of this owner");
    }

    /** The attributes are no longer those that the caller read. */
    static StatusRuntimeException etagMismatch(String current) {
        return status(Code.ABORTED, "the session has changed since it was read", "SESSION_ETAG_MISMATCH",
                Map.of("etag", current));
    }

    private static StatusRuntimeException full(SessionLimitException.Scope scope) {
        String subject = switch (scope) {
            case USER -> "sessions of the user";
            case TOTAL -> "sessions of all users";
        };
        return status(Code.RESOURCE_EXHAUSTED, "there are as many " + subject + " as there may be", switch (scope) {
            case USER -> "SESSION_LIMIT_PER_USER";
            case TOTAL -> "SESSION_LIMIT_TOTAL";
        }, Map.of(), QuotaFailure.newBuilder()
                .addViolations(QuotaFailure.Violation.newBuilder().setSubject(subject)
                        .setDescription("as many as there may be; they end by their idle TTL"))
                .build(), RetryInfo.newBuilder().setRetryDelay(FULL_DELAY).build());
    }

    private static StatusRuntimeException violation(String reason, String field, String problem) {
        BadRequest detail = BadRequest.newBuilder()
                .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField(field).setDescription(problem))
                .build();
        return status(Code.INVALID_ARGUMENT, field + " " + problem, reason, Map.of(), detail);
    }

    static StatusRuntimeException of(Verdict.Refusal refusal) {
        return switch (refusal) {
            case Verdict.NotFound(SessionId id) -> notFound(id);
            // A resource that was deleted is not found (AIP-135). Who needs to know better asks ValidateSession.
            case Verdict.Deleted(SessionId id) -> notFound(id);
            case Verdict.Expired(SessionId _, Verdict.Limit limit) -> status(Code.FAILED_PRECONDITION,
                    "the session has expired", "SESSION_EXPIRED",
                    Map.of("kind", limit.name().toLowerCase(Locale.ROOT)));
            case Verdict.OwnerMismatch _ -> status(Code.PERMISSION_DENIED,
                    "the session belongs to another principal", "SESSION_OWNER_MISMATCH", Map.of());
            case Verdict.Revoked(String reason) -> status(Code.FAILED_PRECONDITION,
                    "the session was revoked", "SESSION_REVOKED", Map.of("reason", reason));
        };
    }

    private static StatusRuntimeException notFound(SessionId id) {
        return status(Code.NOT_FOUND, "there is no such session", "SESSION_NOT_FOUND", Map.of(),
                ResourceInfo.newBuilder()
                        .setResourceType(Session.getDescriptor().getFullName())
                        .setResourceName(id.hash())
                        .build());
    }

    /** What a call that threw is answered with. What is unexpected goes to the log and not to the caller. */
    static StatusRuntimeException of(String method, Throwable failure) {
        return switch (failure) {
            // As gRPC's marshaller of protobuf says it, which calls it an error of the server.
            case StatusRuntimeException e when e.getCause() instanceof InvalidProtocolBufferException ->
                    unreadable("the message is no protobuf of the method's request");
            case StatusRuntimeException chosen -> chosen;
            case SessionLimitException e -> full(e.scope());
            case UncheckableTokenException e -> status(Code.UNAVAILABLE, e.getMessage(), "ISSUER_UNAVAILABLE", Map.of(),
                    RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build());
            case FeedCompactedException e -> status(Code.OUT_OF_RANGE, "the events after this token are gone",
                    "WATCH_TOKEN_COMPACTED", Map.of("oldest", WatchToken.of(e.oldest())));
            case FeedClosedException _ -> stopping();
            case StoreUnavailableException _ -> status(Code.UNAVAILABLE, "the session store does not answer",
                    "STORE_UNAVAILABLE", Map.of(), RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build());
            default -> {
                LOG.log(System.Logger.Level.ERROR, () -> "grpc call failed method=" + method, failure);
                yield status(Code.INTERNAL, "internal error", "INTERNAL", Map.of());
            }
        };
    }

    /** The same for one of many answers in a call. */
    static Status item(String method, Throwable failure) {
        return StatusProto.fromThrowable(of(method, failure));
    }

    static StatusRuntimeException status(Code code, String message, String reason,
                                                 Map<String, String> metadata, Message... details) {
        Status.Builder status = Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setDomain(SessionServiceGrpc.SERVICE_NAME)
                        .setReason(reason)
                        .putAllMetadata(metadata)
                        .build()));
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }
}
