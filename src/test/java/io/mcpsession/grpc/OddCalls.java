package io.mcpsession.grpc;

import com.google.protobuf.FieldMask;
import com.google.protobuf.MessageLite;
import io.grpc.health.v1.HealthCheckRequest;
import io.mcpsession.envoy.AttributeContext;
import io.mcpsession.envoy.CheckRequest;
import io.mcpsession.grpc.OddCall.End;
import io.mcpsession.v1.BatchValidateSessionsRequest;
import io.mcpsession.v1.CountSessionsRequest;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.DeleteSessionRequest;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.ListSessionsFilter;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.RevokeUserSessionsRequest;
import io.mcpsession.v1.Session;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.UpdateSessionRequest;
import io.mcpsession.v1.ValidateSessionRequest;
import io.mcpsession.v1.WatchSessionsRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Makes gRPC calls that are wrong in one way or several. The same seed makes the same calls. */
final class OddCalls {

    private static final String SERVICE = "/mcpsession.v1.SessionService/";
    private static final List<String> TEXTS = List.of("", " ", "\u0000", "x".repeat(5000), "\ud7ff\u00e9", "../..",
            "${jndi:ldap://x}", "-1", "mcp-1795356841897-x", "%00", "\"}{", "2025-11-25", "alice");
    private static final List<String> PATHS = List.of("/", "", "*", "//", SERVICE, SERVICE + "NoSuch", "/no.such/Method",
            "/mcpsession.v1.SessionService", "mcpsession.v1.SessionService/GetSession", SERVICE + "GetSession/",
            SERVICE + "GetSession?x=%", SERVICE + "%47etSession", SERVICE + "getsession", SERVICE + "GetSession#f");
    private static final List<String> TYPES = List.of("", "application/json", "application/grpc+json",
            "application/grpc-web", "text/html", "application/grpcx", "APPLICATION/GRPC", "application/grpc;x=1", "\u00ff");
    private static final List<String> NAMES = List.of("grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "te",
            "authorization", "x-bin", "traceparent", "content-length", "grpc-message-type", "user-agent", "host",
            "connection", "transfer-encoding", "Upper-Case", "x y", ":late", "cookie");
    /** Whoever says how long it waits gets no answer after that. */
    private static final Set<String> UNANSWERED = Set.of("grpc-timeout");
    private static final List<String> VALUES = List.of("", "0", "1n", "-1S", "99999999999S", "1X", "gzip", "identity",
            "br", "trailers", "Bearer", "Bearer x.y.z", "!!!not base64!!!", "00-x-y-z", "close", "chunked", "\u00ff",
            "a,b,c", "\t", "99999999999999999999", "x".repeat(7000));
    private static final List<String> VERBS = List.of("GET", "PUT", "OPTIONS", "CONNECT", "", "post");

    private final Random random;
    private final String session;
    private final Map<String, MessageLite> messages;
    private final List<String> methods;

    OddCalls(long seed, String session) {
        this.random = new Random(seed);
        this.session = session;
        Principal alice = Principal.newBuilder().setSubject("alice").build();
        ValidateSessionRequest validate = ValidateSessionRequest.newBuilder().setSessionId(session)
                .setPrincipal(alice).build();
        this.messages = Map.ofEntries(
                Map.entry(SERVICE + "CreateSession", CreateSessionRequest.newBuilder().setOwner(alice)
                        .setProtocolVersion("2025-11-25").putAttributes("a", "b").setRequestId("r").build()),
                Map.entry(SERVICE + "GetSession", GetSessionRequest.newBuilder().setSessionId(session).build()),
                Map.entry(SERVICE + "ValidateSession", validate),
                Map.entry(SERVICE + "BatchValidateSessions", BatchValidateSessionsRequest.newBuilder()
                        .addRequests(validate).addRequests(validate).build()),
                Map.entry(SERVICE + "TouchSession", TouchSessionRequest.newBuilder().setSessionId(session).build()),
                Map.entry(SERVICE + "KeepAlive", KeepAliveRequest.newBuilder().setSessionId(session).build()),
                Map.entry(SERVICE + "UpdateSession", UpdateSessionRequest.newBuilder().setSession(Session.newBuilder()
                        .setSessionId(session).putAttributes("k", "v").setEtag("\"1\""))
                        .setUpdateMask(FieldMask.newBuilder().addPaths("attributes")).build()),
                Map.entry(SERVICE + "DeleteSession", DeleteSessionRequest.newBuilder().setSessionId(session + "x")
                        .setAllowMissing(true).build()),
                Map.entry(SERVICE + "ListSessions", ListSessionsRequest.newBuilder().setOwner(alice).setPageSize(2)
                        .setPageToken("x").setFilter(ListSessionsFilter.newBuilder().setClientName("c")).build()),
                Map.entry(SERVICE + "CountSessions", CountSessionsRequest.newBuilder().setOwner(alice).build()),
                Map.entry(SERVICE + "WatchSessions", WatchSessionsRequest.newBuilder().setResumeToken("x").build()),
                Map.entry(SERVICE + "RevokeUserSessions", RevokeUserSessionsRequest.newBuilder()
                        .setOwner(Principal.newBuilder().setSubject("nobody")).setReason("r").build()),
                Map.entry("/grpc.health.v1.Health/Check", HealthCheckRequest.newBuilder().setService("x").build()),
                Map.entry("/grpc.health.v1.Health/Watch", HealthCheckRequest.getDefaultInstance()),
                Map.entry("/envoy.service.auth.v3.Authorization/Check", CheckRequest.newBuilder().setAttributes(
                        AttributeContext.newBuilder().setRequest(AttributeContext.Request.newBuilder().setHttp(
                                AttributeContext.HttpRequest.newBuilder().setMethod("POST").setPath("/api/mcp")
                                        .putHeaders("mcp-session-id", session)))).build()));
        // In an order that does not change from one run to the next.
        this.methods = messages.keySet().stream().sorted().toList();
    }

    OddCall next() {
        String method = any(methods);
        byte[] good = messages.get(method).toByteArray();
        return switch (random.nextInt(12)) {
            case 0 -> call(method, framed(noise(random.nextInt(1, 2000))));
            case 1 -> call(method, framed(flipped(good)));
            case 2 -> call(method, framed(Arrays.copyOf(good, random.nextInt(good.length + 1))));
            case 3 -> call(method, framed(random.nextInt(), any(List.of(0, 1, 2, 255)), good));
            case 4 -> call(any(PATHS), framed(good));
            case 5 -> new OddCall(headers(any(random.nextBoolean() ? VERBS : List.of("POST")), method, any(TYPES)),
                    List.of(framed(good)), end(method));
            case 6 -> odd(method, framed(good));
            case 7 -> call(method, noise(random.nextInt(1, 300)));
            case 8 -> new OddCall(headers("POST", method, "application/grpc"),
                    random.nextBoolean() ? List.of(Arrays.copyOf(framed(good), random.nextInt(5 + good.length)))
                            : List.of(framed(good)), End.CANCELLED);
            case 9 -> new OddCall(headers("POST", method, "application/grpc"),
                    IntStream.range(0, random.nextInt(4)).mapToObj(_ -> framed(flipped(good))).toList(), end(method));
            case 10 -> call(method, framed(odd()));
            default -> random.nextInt(8) == 0 ? call(method, framed(huge())) : call(method, framed(texts(method)));
        };
    }

    /** Bytes for a connection that is no HTTP/2, or is so for a while. */
    byte[] noise() {
        byte[] start = random.nextBoolean() ? Http2Caller.PREFACE : new byte[0];
        byte[] noise = noise(random.nextInt(500));
        byte[] all = Arrays.copyOf(start, start.length + noise.length);
        System.arraycopy(noise, 0, all, start.length, noise.length);
        return all;
    }

    private OddCall call(String method, byte[] data) {
        return new OddCall(headers("POST", method, "application/grpc"), pieces(data), end(method));
    }

    private End end(String method) {
        return method.endsWith("/Watch") || method.endsWith("WatchSessions") || method.endsWith("KeepAlive")
                ? End.LEFT : End.FINISHED;
    }

    private OddCall odd(String method, byte[] data) {
        List<String> headers = new ArrayList<>(headers("POST", method, "application/grpc"));
        for (int i = 0; i <= random.nextInt(4); i++) {
            headers.add(any(NAMES));
            headers.add(any(VALUES));
        }
        return new OddCall(headers, List.of(data),
                headers.stream().anyMatch(UNANSWERED::contains) ? End.LEFT : end(method));
    }

    private List<String> headers(String verb, String path, String type) {
        return List.of(":method", verb, ":scheme", "http", ":path", path, ":authority", "localhost", "content-type", type,
                "te", "trailers");
    }

    /** One piece mostly, and sometimes many: a message may begin in one frame and end in another. */
    private List<byte[]> pieces(byte[] data) {
        if (data.length < 2 || random.nextInt(4) > 0) {
            return List.of(data);
        }
        int cut = random.nextInt(1, data.length);
        return List.of(Arrays.copyOf(data, cut), Arrays.copyOfRange(data, cut, data.length));
    }

    private byte[] framed(byte[] message) {
        return framed(message.length, 0, message);
    }

    private static byte[] framed(int length, int compressed, byte[] message) {
        return ByteBuffer.allocate(5 + message.length).put((byte) compressed).putInt(length).put(message).array();
    }

    private byte[] huge() {
        return random.nextBoolean()
                ? noise(random.nextInt(1 << 20, 3 << 20))
                : GetSessionRequest.newBuilder().setSessionId("x".repeat(random.nextInt(500_000, 2_000_000))).build()
                        .toByteArray();
    }

    /** Groups within groups, fields that nobody knows, and texts that are no UTF-8. */
    private byte[] odd() {
        return switch (random.nextInt(3)) {
            case 0 -> "\u000b".repeat(random.nextInt(1, 20_000)).getBytes(US_ASCII);
            case 1 -> new byte[] {10, 4, (byte) 0xff, (byte) 0xfe, (byte) 0xc0, (byte) 0x80};
            default -> new byte[] {(byte) 0xf8, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 1};
        };
    }

    /** Well-formed, with values that mean nothing. */
    private byte[] texts(String method) {
        Principal who = Principal.newBuilder().setIssuer(any(TEXTS)).setSubject(any(TEXTS)).build();
        return switch (random.nextInt(5)) {
            case 0 -> CreateSessionRequest.newBuilder().setOwner(who).setProtocolVersion(any(TEXTS))
                    .putAttributes(any(TEXTS), any(TEXTS)).setRequestId(any(TEXTS)).build().toByteArray();
            case 1 -> GetSessionRequest.newBuilder().setSessionId(random.nextBoolean() ? any(TEXTS) : session + "x")
                    .build().toByteArray();
            case 2 -> ListSessionsRequest.newBuilder().setOwner(who).setPageSize(random.nextInt())
                    .setPageToken(any(TEXTS)).build().toByteArray();
            case 3 -> UpdateSessionRequest.newBuilder().setSession(Session.newBuilder().setSessionId(session)
                    .putAttributes(any(TEXTS), any(TEXTS)).setEtag(any(TEXTS)))
                    .setUpdateMask(FieldMask.newBuilder().addPaths(any(TEXTS))).build().toByteArray();
            default -> messages.get(method).toByteArray();
        };
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] flipped(byte[] good) {
        byte[] bytes = good.clone();
        for (int i = 0; bytes.length > 0 && i <= random.nextInt(4); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
