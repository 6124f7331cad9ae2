package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What it means when another server answers with a status that is no success, or that it does not know the session. */
final class Refusals {

    /**
     * Codes that servers give to a session they have forgotten: the TypeScript SDK -32000 and -32001, the C# SDK -32001,
     * the Python SDK -32600 and -32602, some their own -32002.
     */
    private static final Set<Integer> SESSION_CODES = Set.of(-32000, -32001, -32002, RpcError.INVALID_REQUEST,
            RpcError.INVALID_PARAMS);
    /** Nothing that a tool would say of a session it is given as an argument. */
    private static final Pattern SESSION_LOST = Pattern.compile(
            "\\b(session|mcp-session-id)\\b.{0,40}\\b(not found|not exist|unknown|expired|terminated|closed|invalid|required)\\b"
                    + "|\\b(no|unknown|invalid|missing|expired)\\b( \\w+){0,2} (session|mcp-session-id)\\b"
                    + "|\\bnot (yet )?(been )?initiali[sz]ed\\b|\\bbefore initiali[sz]", Pattern.DOTALL);
    private static final int LONGEST_MESSAGE = 300;
    /** In bytes. What is longer explains nothing. */
    private static final int LONGEST_BODY = 64 * 1024;

    private Refusals() {
    }

    /**
     * @param inSession whether the request named a session
     * @throws IOException when the body breaks off
     */
    static RuntimeException of(HttpResponse<?> response, InputStream body, boolean inSession) throws IOException {
        int status = response.statusCode();
        Optional<RpcError> error = JsonRpc.errorIn(body.readNBytes(LONGEST_BODY));
        RuntimeException refusal = refusal(response, error);
        // 404 is the rule (2025-11-25, Session Management). Servers made from the SDKs' samples say 400, many of them in
        // plain text, and 400 carries nothing out.
        return inSession && (status == 404 || status == 400 && error.map(Refusals::isOfSession).orElse(true))
                ? new SessionLostException(refusal)
                : refusal;
    }

    private static RuntimeException refusal(HttpResponse<?> response, Optional<RpcError> error) {
        int status = response.statusCode();
        Reach reach = status / 100 == 5 ? Reach.UNKNOWN : Reach.NOT_SENT;
        return switch (status) {
            case 401, 403 -> new UnreachableException("it does not accept our credentials (status " + status + ")",
                    reach, status);
            case 301, 302, 303, 307, 308 -> UnreachableException.redirected(status, Redirects.shown(response));
            default -> {
                if (error.isPresent()) {
                    yield new RpcException(error.get());
                }
                yield new UnreachableException(status == 429 ? "it has too much to do (status 429)"
                        : "it answered with status " + status, reach, status);
            }
        };
    }

    /** Whether the server says that it does not know the session, whatever status this came with. */
    static boolean isOfSession(RpcError error) {
        String message = error.message();
        return SESSION_CODES.contains(error.code()) && message.length() <= LONGEST_MESSAGE
                && SESSION_LOST.matcher(message.toLowerCase(Locale.ROOT)).find();
    }
}
