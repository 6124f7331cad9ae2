package io.mcpsession.grpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.mcpsession.envoy.CheckResponse;
import io.mcpsession.envoy.DeniedHttpResponse;
import io.mcpsession.envoy.HeaderValue;
import io.mcpsession.envoy.HeaderValueOption;
import io.mcpsession.envoy.HeaderValueOption.HeaderAppendAction;
import io.mcpsession.envoy.HttpStatus;
import io.mcpsession.envoy.OkHttpResponse;
import io.mcpsession.envoy.StatusCode;
import io.mcpsession.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Writes what Envoy is to do. */
final class EnvoyReply {

    /** Headers of this name are this server's word, and no client's. */
    static final String OURS = "x-mcp-session-";

    private static final String USER = OURS + "user";
    private static final String ISSUER = OURS + "issuer";
    private static final String ID_HASH = OURS + "id-hash";
    private static final String EXPIRES = OURS + "expires";
    private static final List<String> ALL = List.of(USER, ISSUER, ID_HASH, EXPIRES);

    private EnvoyReply() {
    }

    /** The request goes on without a session, and without an id. */
    static CheckResponse sessionless(EnvoyRequest request) {
        return ok(request, Map.of(), false).build();
    }

    /**
     * The request goes on, and the service behind learns whose session it is.
     *
     * @param session found by the id that the request names; any other only where it names none
     */
    static CheckResponse active(EnvoyRequest request, McpCall call, EnvoyIdentity.Known caller, Session session,
                                Instant now) {
        Map<String, String> headers = new TreeMap<>(Map.of(
                USER, visible(session.owner().subject()),
                ISSUER, visible(session.owner().issuer()),
                ID_HASH, session.id().hash(),
                EXPIRES, session.expires().truncatedTo(ChronoUnit.SECONDS).toString()));
        if (session.owner().issuer().isEmpty()) {
            headers.remove(ISSUER);
        }
        CheckResponse.Builder response = ok(request, headers, request.sessionId().isPresent())
                .setDynamicMetadata(metadata(caller, session, now));
        told(request, call).ifPresent(action -> response.getOkResponseBuilder().addResponseHeadersToAdd(
                header(EnvoyRequest.SESSION_ID, session.id().value(), action)));
        return response.build();
    }

    /** How the answer is to say whose session it is from: every answer to a call does so, and once. */
    private static Optional<HeaderAppendAction> told(EnvoyRequest request, McpCall call) {
        if (request.sessionId().isEmpty()) {
            // Nobody but this server knows it.
            return Optional.of(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
        }
        // The service behind may have put another in its place meanwhile, and then has the last word.
        return request.endsSession() || call.isNotification()
                ? Optional.empty()
                : Optional.of(HeaderAppendAction.ADD_IF_ABSENT);
    }

    private static CheckResponse.Builder ok(EnvoyRequest request, Map<String, String> headers, boolean idIsChecked) {
        OkHttpResponse.Builder ok = OkHttpResponse.newBuilder();
        headers.forEach((name, value) -> ok.addHeaders(header(name, value)));
        // Envoy removes after it has set, so what is set here must not be removed; it takes the place of the client's.
        // Ours are removed unseen as well: the route may keep them from this server, but not from the one behind.
        TreeSet<String> removed = new TreeSet<>(ALL);
        request.headerNames().stream().filter(name -> name.startsWith(OURS)).forEach(removed::add);
        removed.removeAll(headers.keySet());
        if (!idIsChecked) {
            // The service behind takes an id that got past this server for the caller's own. Removed unseen as well.
            removed.add(EnvoyRequest.SESSION_ID);
        }
        if (request.extension("strip_authorization").filter("true"::equals).isPresent()) {
            removed.add("authorization");
        }
        return CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(Code.OK_VALUE))
                .setOkResponse(ok.addAllHeadersToRemove(removed));
    }

    private static Struct metadata(EnvoyIdentity.Known caller, Session session, Instant now) {
        Struct.Builder known = Struct.newBuilder()
                .putFields("id_hash", text(session.id().hash()))
                .putFields("issuer", text(session.owner().issuer()))
                .putFields("subject", text(session.owner().subject()))
                .putFields("protocol_version", text(session.protocolVersion()))
                .putFields("expires_at", text(session.expires().toString()))
                .putFields("age_s", Value.newBuilder().setNumberValue(
                        Math.max(0, Duration.between(session.created(), now).toSeconds())).build());
        caller.caller().client().ifPresent(client -> known.putFields("client_id", text(client)));
        return Struct.newBuilder()
                .putFields("session", Value.newBuilder().setStructValue(known).build())
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    /**
     * The client is told this, as JSON-RPC.
     *
     * @param code    for Envoy's log
     * @param error   code of the JSON-RPC error
     * @param message said to the client; nothing that the client sent
     */
    static CheckResponse denied(Code code, StatusCode status, int error, String message, Map<String, String> headers) {
        return CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(code.getNumber()).setMessage(message))
                .setDeniedResponse(response(status, error, message, headers))
                .build();
    }

    /** It could not be decided. */
    static CheckResponse failed(Code code, StatusCode status, int error, String message, Map<String, String> headers) {
        return CheckResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(code.getNumber()).setMessage(message))
                .setErrorResponse(response(status, error, message, headers))
                .build();
    }

    private static DeniedHttpResponse response(StatusCode status, int error, String message,
                                               Map<String, String> headers) {
        // Without a status Envoy would say 403, and no client initializes anew after that.
        DeniedHttpResponse.Builder denied = DeniedHttpResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCode(status))
                .addHeaders(header("content-type", "application/json"))
                .setBody("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" + error + ",\"message\":\""
                        + message.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}}");
        new TreeMap<>(headers).forEach((name, value) -> denied.addHeaders(header(name, value)));
        return denied.build();
    }

    private static HeaderValueOption header(String name, String value) {
        return header(name, value, HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD);
    }

    private static HeaderValueOption header(String name, String value, HeaderAppendAction action) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(action)
                .build();
    }

    /** A user may be called anything: what is not visible ASCII is percent-encoded, and so ends no header line. */
    private static String visible(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        for (byte b : text.getBytes(UTF_8)) {
            if (b > ' ' && b <= '~' && b != '%' && b != ',') {
                visible.append((char) b);
            } else {
                visible.append(String.format("%%%02X", b));
            }
        }
        return visible.toString();
    }
}
