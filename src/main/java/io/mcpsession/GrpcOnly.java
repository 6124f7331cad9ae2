package io.mcpsession;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;

/** Answers on the internal socket what is no gRPC call (gRPC over HTTP2, Requests). */
final class GrpcOnly {

    private GrpcOnly() {
    }

    static void refuse(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        if (!request.headers().contains(HeaderNames.CONTENT_TYPE)) {
            response.status(Status.NOT_FOUND_404).send("this port speaks gRPC\n");
        } else if (isGrpc(request) && !request.prologue().method().text().equals("POST")) {
            response.status(Status.METHOD_NOT_ALLOWED_405).header(HeaderNames.ALLOW, "POST")
                    .send("a gRPC call is a POST\n");
        } else {
            response.status(Status.UNSUPPORTED_MEDIA_TYPE_415)
                    .send("this port speaks gRPC over HTTP/2, with content-type application/grpc\n");
        }
    }

    private static boolean isGrpc(ServerRequest request) {
        // As sent: Helidon throws where it is no media type.
        return request.headers().get(HeaderNames.CONTENT_TYPE).get().toLowerCase(Locale.ROOT)
                .startsWith("application/grpc");
    }
}
