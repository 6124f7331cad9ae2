package io.mcpsession.connection;

import io.helidon.http.BadRequestException;
import io.helidon.http.DirectHandler;
import io.helidon.http.HttpException;
import io.helidon.http.NotFoundException;
import io.helidon.http.RequestException;
import io.helidon.webserver.http.DirectTransportRequest;
import io.helidon.webserver.http.ErrorHandler;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * Refuses what nobody serves, such as an unknown path, without its body. Helidon 4.5.0 reads a body to its end, which may
 * never come, before it says so.
 */
public final class PromptRefusals implements ErrorHandler<HttpException>, Handler {

    /** As the last route: there is nothing at this path. */
    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        handle(request, response, new NotFoundException("Endpoint not found"));
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response, HttpException refusal) {
        if (refusal instanceof BadRequestException) {
            // Helidon's own way is as short.
            throw refusal;
        }
        RequestException.Builder told = RequestException.builder()
                .cause(refusal)
                .type(DirectHandler.EventType.OTHER)
                .message(refusal.getMessage())
                .status(refusal.status())
                .setKeepAlive(refusal.keepAlive())
                .request(DirectTransportRequest.create(request.prologue(), request.headers()));
        refusal.headers().forEach(told::header);
        request.listenerContext().directHandlers().handle(told.build(), response, refusal.keepAlive());
    }
}
