package io.mcpsession.bench;

import com.google.protobuf.Empty;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;

/** The yardstick of gRPC: a method that takes nothing and returns nothing. */
final class ConstantService implements BindableService {

    static final MethodDescriptor<Empty, Empty> GET = MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("bench.Constant/Get")
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder("bench.Constant")
                .addMethod(GET, ServerCalls.asyncUnaryCall((_, reply) -> {
                    reply.onNext(Empty.getDefaultInstance());
                    reply.onCompleted();
                }))
                .build();
    }
}
