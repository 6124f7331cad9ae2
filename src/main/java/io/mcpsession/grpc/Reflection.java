package io.mcpsession.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ExtensionNumberResponse;
import io.grpc.reflection.v1.ExtensionRequest;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.reflection.v1alpha.ServerReflectionProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code grpc.reflection.v1.ServerReflection}, and under the name of {@code v1alpha}, which some tools still ask for, the
 * same: their messages are alike byte for byte. Helidon's own (4.5.0) finds only what stands at the top of a file with
 * a service, so that grpcurl cannot print the details of an error. Thread-safe.
 */
final class Reflection extends ServerReflectionGrpc.ServerReflectionImplBase {

    private static final String V1ALPHA = "grpc.reflection.v1alpha.ServerReflection";

    private final List<String> names;
    private final DescriptorIndex index;

    private Reflection(List<String> names, DescriptorIndex index) {
        this.names = names;
        this.index = index;
    }

    /**
     * The services that describe others, themselves, and the messages of google.rpc that errors carry as details.
     */
    static List<ServerServiceDefinition> of(List<ServerServiceDefinition> others) {
        Stream<FileDescriptor> files = others.stream().map(service -> service.getServiceDescriptor().getSchemaDescriptor())
                .filter(ProtoFileDescriptorSupplier.class::isInstance).map(ProtoFileDescriptorSupplier.class::cast)
                .map(ProtoFileDescriptorSupplier::getFileDescriptor);
        Stream<String> names = others.stream().map(service -> service.getServiceDescriptor().getName());
        Reflection reflection = new Reflection(
                Stream.concat(names, Stream.of(ServerReflectionGrpc.SERVICE_NAME, V1ALPHA)).toList(),
                new DescriptorIndex(Stream.concat(files, Stream.of(ErrorDetailsProto.getDescriptor(),
                        ServerReflectionResponse.getDescriptor().getFile(), ServerReflectionProto.getDescriptor())).toList()));
        return List.of(reflection.bindService(), reflection.v1Alpha());
    }

    private ServerServiceDefinition v1Alpha() {
        MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> method =
                ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
                        .setFullMethodName(MethodDescriptor.generateFullMethodName(V1ALPHA, "ServerReflectionInfo"))
                        .build();
        return ServerServiceDefinition.builder(V1ALPHA)
                .addMethod(method, ServerCalls.asyncBidiStreamingCall(this::serverReflectionInfo))
                .build();
    }

    @Override
    public StreamObserver<ServerReflectionRequest> serverReflectionInfo(StreamObserver<ServerReflectionResponse> reply) {
        return new StreamObserver<>() {

            @Override
            public void onNext(ServerReflectionRequest request) {
                reply.onNext(answer(request).setValidHost(request.getHost()).setOriginalRequest(request).build());
            }

            /** The client is gone. */
            @Override
            public void onError(Throwable gone) {
            }

            @Override
            public void onCompleted() {
                reply.onCompleted();
            }
        };
    }

    private ServerReflectionResponse.Builder answer(ServerReflectionRequest request) {
        return switch (request.getMessageRequestCase()) {
            case LIST_SERVICES -> ServerReflectionResponse.newBuilder().setListServicesResponse(services());
            case FILE_BY_FILENAME -> file(index.file(request.getFileByFilename()));
            case FILE_CONTAINING_SYMBOL -> file(index.fileOf(request.getFileContainingSymbol()));
            case FILE_CONTAINING_EXTENSION -> file(extension(request.getFileContainingExtension()));
            case ALL_EXTENSION_NUMBERS_OF_TYPE -> numbers(request.getAllExtensionNumbersOfType());
            case MESSAGEREQUEST_NOT_SET -> error(Status.Code.INVALID_ARGUMENT, "nothing is asked");
        };
    }

    private ListServiceResponse services() {
        return ListServiceResponse.newBuilder()
                .addAllService(names.stream().map(name -> ServiceResponse.newBuilder().setName(name).build()).toList())
                .build();
    }

    private Optional<FileDescriptor> extension(ExtensionRequest request) {
        return index.extensions(request.getContainingType()).stream()
                .filter(extension -> extension.getNumber() == request.getExtensionNumber())
                .map(FieldDescriptor::getFile).findFirst();
    }

    /** With all that it imports, itself first. */
    private static ServerReflectionResponse.Builder file(Optional<FileDescriptor> found) {
        return found.map(file -> ServerReflectionResponse.newBuilder().setFileDescriptorResponse(
                        FileDescriptorResponse.newBuilder().addAllFileDescriptorProto(written(file))))
                .orElseGet(() -> error(Status.Code.NOT_FOUND, "there is no such file or symbol"));
    }

    private static List<ByteString> written(FileDescriptor file) {
        return DescriptorIndex.withImports(file).map(it -> it.toProto().toByteString()).toList();
    }

    private ServerReflectionResponse.Builder numbers(String type) {
        if (index.fileOf(type).isEmpty()) {
            return error(Status.Code.NOT_FOUND, "there is no such type");
        }
        return ServerReflectionResponse.newBuilder().setAllExtensionNumbersResponse(ExtensionNumberResponse.newBuilder()
                .setBaseTypeName(type)
                .addAllExtensionNumber(index.extensions(type).stream().map(FieldDescriptor::getNumber).toList()));
    }

    private static ServerReflectionResponse.Builder error(Status.Code code, String message) {
        return ServerReflectionResponse.newBuilder().setErrorResponse(
                ErrorResponse.newBuilder().setErrorCode(code.value()).setErrorMessage(message));
    }
}
