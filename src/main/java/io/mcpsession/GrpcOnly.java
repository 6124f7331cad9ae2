package io.mcpsession;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;

/** Tells who comes to the internal socket with anything else than a gRPC call (gRPC over HTTP2, Requests). */
final class GrpcOnly {

    private GrpcOnly() {
    }

    static void refuse(ServerRequest request, ServerResponse response) {
        boolean typed = request.headers().contentType()
                .filter(type -> type.text().toLowerCase(Locale.ROOT).startsWith("application/grpc")).isPresent();
        boolean wrongMethod = typed && !request.prologue().method().text().equals("POST");
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        if (wrongMethod) {
            response.header(HeaderNames.ALLOW, "POST").status(Status.METHOD_NOT_ALLOWED_405)
                    .send("a gRPC call is a POST\n");
        } else {
            response.status(Status.UNSUPPORTED_MEDIA_TYPE_415)
                    .send("this port speaks gRPC over HTTP/2: POST with content-type application/grpc\n");
        }
    }
}
