package io.mcpsession.examples;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.mcpsession.v1.Decision;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Lets a request through only with a live session of its user's: all that a service in front of an MCP server needs. */
public final class SidecarFilter extends Filter {

    private final Channel sessions;
    private final Function<HttpExchange, String> user;

    /**
     * @param user who sent a request, verified
     */
    public SidecarFilter(Channel sessions, Function<HttpExchange, String> user) {
        this.sessions = sessions;
        this.user = user;
    }

    @Override
    public String description() {
        return "lets live sessions through";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        try {
            var answer = SessionServiceGrpc.newBlockingStub(sessions).withDeadlineAfter(2, TimeUnit.SECONDS)
                    .validateSession(ValidateSessionRequest.newBuilder()
                            .setSessionId(exchange.getRequestHeaders().getFirst("Mcp-Session-Id"))
                            .setPrincipal(Principal.newBuilder().setSubject(user.apply(exchange)))
                            .setTouchMode(TouchMode.TOUCH_MODE_IF_STALE)
                            .build());
            if (answer.getDecision() == Decision.DECISION_ACTIVE) {
                chain.doFilter(exchange);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        } catch (StatusRuntimeException e) {
            exchange.sendResponseHeaders(503, -1);
        }
    }
}
