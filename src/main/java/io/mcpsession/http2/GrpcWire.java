package io.mcpsession.http2;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What a listener knows of gRPC.
 *
 * @param paths    of the methods it serves, such as {@code /grpc.health.v1.Health/Check}
 * @param refusals the headers that answer a fault: {@code grpc-status} and what belongs to it
 */
public record GrpcWire(Set<String> paths, Function<CallFault, Map<String, String>> refusals) {

    public GrpcWire {
        paths = Set.copyOf(paths);
    }
}
