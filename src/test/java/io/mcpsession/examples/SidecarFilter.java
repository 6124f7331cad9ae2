package io.mcpsession.examples;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Lets a request that names a session through only where it is a live one of its user's: all that a service in front of
 * an MCP server needs.
 */
public final class SidecarFilter extends Filter {

    private final Channel sessions;
    private final Function<HttpExchange, Principal> user;

    /**
     * @param user who sent a request, verified: issuer and subject of an OAuth token; of an API token the user alone
     */
    public SidecarFilter(Channel sessions, Function<HttpExchange, Principal> user) {
        this.sessions = sessions;
        this.user = user;
    }

    @Override
    public String description() {
        return "lets live sessions through";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        List<String> ids = exchange.getRequestHeaders().get("Mcp-Session-Id");
        if (ids == null) {
            // "initialize" has none yet; what else goes without one is for the MCP server to refuse.
            chain.doFilter(exchange);
            return;
        }
        try {
            var answer = SessionServiceGrpc.newBlockingStub(sessions).withDeadlineAfter(2, TimeUnit.SECONDS)
                    .validateSession(ValidateSessionRequest.newBuilder()
                            .setSessionId(String.join(",", ids))
                            .setPrincipal(user.apply(exchange))
                            .setTouchMode(TouchMode.TOUCH_MODE_IF_STALE)
                            .build());
            if (answer.getDecision() == Decision.DECISION_ACTIVE) {
                chain.doFilter(exchange);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        } catch (StatusRuntimeException e) {
            // What cannot be an id is no session either, and only 404 makes a client initialize anew.
            exchange.sendResponseHeaders(e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT ? 404 : 503, -1);
        }
    }
}
