package io.mcpsession.mcpclient;

import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcpclient.UnreachableException.Reach;
import java.util.Locale;
import java.util.Optional;

/** What it means when another server answers with a status that is no success. */
final class Refusals {

    /** What SDK servers say of a session id they do not know, besides status 404 or 400. */
    private static final int SESSION_REFUSED = -32000;
    private static final int SESSION_NOT_FOUND = -32001;

    private Refusals() {
    }

    /**
     * @param inSession whether the request named a session
     */
    static RuntimeException of(int status, byte[] body, boolean inSession) {
        Optional<RpcError> error = JsonRpc.errorIn(body);
        if (inSession && (status == 404 || status == 400 && error.filter(Refusals::isOfSession).isPresent())) {
            // 404 is the rule (2025-11-25, Session Management); servers made from the SDK's samples say 400.
            return new SessionLostException();
        }
        return switch (status) {
            case 401, 403 -> new UnreachableException("it does not accept our credentials (status " + status + ")",
                    Reach.NOT_SENT, status);
            case 429 -> new UnreachableException("it has too much to do (status 429)", Reach.NOT_SENT, status);
            default -> status / 100 == 4 && error.isPresent()
                    ? new RpcException(error.get())
                    : new UnreachableException("it answered with status " + status,
                            status / 100 == 4 ? Reach.NOT_SENT : Reach.UNKNOWN, status);
        };
    }

    private static boolean isOfSession(RpcError error) {
        return error.code() == SESSION_NOT_FOUND
                || error.code() == SESSION_REFUSED && error.message().toLowerCase(Locale.ROOT).contains("session");
    }
}
