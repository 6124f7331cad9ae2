package io.mcpsession.grpc;

import com.google.protobuf.CodedOutputStream;
import io.mcpsession.relay.FeedPosition;
import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.RequestId;
import io.mcpsession.session.SessionId;
import io.mcpsession.v1.Client;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.PrincipalOrBuilder;
import io.mcpsession.v1.WatchSessionsRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Reads requests. What breaks a rule of the proto is refused here, naming the field, before the core sees it. */
final class Requests {

    private static final int DEFAULT_PAGE = 50;
    private static final int LARGEST_PAGE = 1000;
    private static final Duration DEFAULT_CHECKPOINT = Duration.ofSeconds(10);
    private static final Duration SHORTEST_CHECKPOINT = Duration.ofMillis(100);
    private static final Duration LONGEST_CHECKPOINT = Duration.ofMinutes(5);
    private static final int LONGEST_REQUEST_ID = 128;
    private static final int LONGEST_PROTOCOL_VERSION = 32;
    private static final int LONGEST_CLIENT_TEXT = 256;
    private static final int LONGEST_CAPABILITIES = 16384;
    private static final int MOST_ATTRIBUTES = 64;
    private static final int LONGEST_ATTRIBUTE_NAME = 128;
    private static final int LONGEST_ATTRIBUTE = 4096;

    private Requests() {
    }

    static Principal principal(String field, PrincipalOrBuilder sent) {
        if (sent.getSubject().isEmpty()) {
            throw GrpcErrors.invalid(field + ".subject", "is required");
        }
        return new Principal(atMost(Principal.MAX_LENGTH, field + ".issuer", sent.getIssuer()),
                atMost(Principal.MAX_LENGTH, field + ".subject", sent.getSubject()));
    }

    static Optional<Principal> claimed(boolean present, PrincipalOrBuilder sent) {
        return present ? Optional.of(principal("principal", sent)) : Optional.empty();
    }

    static Opening opening(CreateSessionRequest request) {
        if (request.getProtocolVersion().isEmpty()) {
            throw GrpcErrors.invalid("protocol_version", "is required");
        }
        return new Opening(
                atMost(LONGEST_PROTOCOL_VERSION, "protocol_version", request.getProtocolVersion()),
                client(request.getClient()),
                attributes(request.getAttributesMap()));
    }

    private static ClientInfo client(Client sent) {
        String capabilities = sent.getCapabilitiesJson().isEmpty()
                ? ClientInfo.UNKNOWN.capabilities()
                : atMost(LONGEST_CAPABILITIES, "client.capabilities_json", sent.getCapabilitiesJson());
        if (!JsonObjectText.isValid(capabilities)) {
            throw GrpcErrors.invalid("client.capabilities_json", "is not the text of a JSON object");
        }
        return new ClientInfo(
                atMost(LONGEST_CLIENT_TEXT, "client.name", sent.getName()),
                atMost(LONGEST_CLIENT_TEXT, "client.version", sent.getVersion()),
                capabilities);
    }

    /** What makes a retry of the request safe; empty when it brings nothing for that. */
    static Optional<RequestId> requestId(CreateSessionRequest request) {
        String name = atMost(LONGEST_REQUEST_ID, "request_id", request.getRequestId());
        return name.isEmpty()
                ? Optional.empty()
                : Optional.of(RequestId.of(name, deterministic(request.toBuilder().clearRequestId().build())));
    }

    /** Maps in one order: a client may write them in another with each attempt. */
    private static byte[] deterministic(CreateSessionRequest request) {
        byte[] bytes = new byte[request.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            request.writeTo(out);
        } catch (IOException e) {
            throw new IllegalStateException("an array takes as many bytes as it has", e);
        }
        return bytes;
    }

    static Map<String, String> attributes(Map<String, String> sent) {
        if (sent.size() > MOST_ATTRIBUTES) {
            throw GrpcErrors.invalid("attributes", "takes at most " + MOST_ATTRIBUTES + " entries");
        }
        // The field is named without the attribute's own name: that is the caller's text, of any length.
        sent.forEach((name, value) -> {
            if (name.isEmpty()) {
                throw GrpcErrors.invalid("attributes", "has an entry without a name");
            }
            atMost(LONGEST_ATTRIBUTE_NAME, "attributes.key", name);
            atMost(LONGEST_ATTRIBUTE, "attributes.value", value);
        });
        return sent;
    }

    static int pageSize(int sent) {
        if (sent < 0) {
            throw GrpcErrors.invalid("page_size", "must not be negative");
        }
        return sent == 0 ? DEFAULT_PAGE : Math.min(sent, LARGEST_PAGE);
    }

    static Optional<SessionId> pageToken(Principal owner, String sent) {
        return sent.isEmpty()
                ? Optional.empty()
                : Optional.of(PageToken.parse(owner, sent).orElseThrow(
                        () -> GrpcErrors.invalid("page_token", "is not one that was issued for this owner")));
    }

    static Optional<FeedPosition> resumeToken(String sent) {
        return sent.isEmpty()
                ? Optional.empty()
                : Optional.of(WatchToken.parse(sent).orElseThrow(
                        () -> GrpcErrors.invalid("resume_token", "is not one that this server issued")));
    }

    static Duration checkpointInterval(WatchSessionsRequest request) {
        if (!request.hasCheckpointInterval()) {
            return DEFAULT_CHECKPOINT;
        }
        var sent = request.getCheckpointInterval();
        // Compared as seconds first: a Duration of that many might not exist.
        if (sent.getSeconds() >= 0 && sent.getSeconds() <= LONGEST_CHECKPOINT.toSeconds() && sent.getNanos() >= 0) {
            Duration interval = Duration.ofSeconds(sent.getSeconds(), sent.getNanos());
            if (interval.compareTo(SHORTEST_CHECKPOINT) >= 0 && interval.compareTo(LONGEST_CHECKPOINT) <= 0) {
                return interval;
            }
        }
        throw GrpcErrors.invalid("checkpoint_interval", "takes 100 ms to 5 min");
    }

    static Ending revocation(String reason) {
        return Ending.revoked(atMost(Ending.MAX_REASON, "reason", reason));
    }

    private static String atMost(int longest, String field, String text) {
        if (text.length() > longest) {
            throw GrpcErrors.invalid(field, "takes at most " + longest + " characters");
        }
        return text;
    }
}
