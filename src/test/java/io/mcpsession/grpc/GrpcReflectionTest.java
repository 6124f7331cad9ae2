package io.mcpsession.grpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status.Code;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.BlockingClientCall;
import java.time.InstantSource;
import io.mcpsession.v1.SessionServiceGrpc;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

class GrpcReflectionTest {

    private final RunningApi api = new RunningApi(new HeldStore(), InstantSource.system());
    private BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> reflection;

    @BeforeEach
    void connect() {
        reflection = ServerReflectionGrpc.newBlockingV2Stub(api.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .serverReflectionInfo();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void eachServiceIsListedOnce() throws Exception {
        List<String> names = ask(ServerReflectionRequest.newBuilder().setListServices("").build())
                .getListServicesResponse().getServiceList().stream().map(ServiceResponse::getName).toList();

        assertThat(names.stream().distinct().toList(), is(names));
        assertThat(names, hasItem("mcpsession.v1.SessionService"));
        assertThat(names, hasItem("grpc.health.v1.Health"));
    }

    @Test
    void theSessionServiceIsDescribedInFull() throws Exception {
        FileDescriptor file = described("mcpsession.v1.SessionService");

        assertThat(file.findServiceByName("SessionService").getMethods().size(),
                is(SessionServiceGrpc.getServiceDescriptor().getMethods().size()));
        assertThat(file.findServiceByName("SessionService").findMethodByName("ValidateSession").getOutputType()
                .findFieldByName("expire_time").getMessageType().getFullName(), is("google.protobuf.Timestamp"));
    }

    @Test
    void healthIsDescribedInFull() throws Exception {
        FileDescriptor file = described("grpc.health.v1.Health");

        assertThat(file.findServiceByName("Health").getMethods().isEmpty(), is(false));
    }

    /** All that errors carry, none of which a service mentions: tools would print them as bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"google.rpc.ErrorInfo", "google.rpc.RetryInfo", "google.rpc.BadRequest",
            "google.rpc.BadRequest.FieldViolation", "google.rpc.QuotaFailure", "google.rpc.ResourceInfo",
            "google.rpc.Status"})
    void theDetailsOfErrorsAreDescribed(String symbol) throws Exception {
        assertThat(described(symbol).getPackage(), is("google.rpc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcpsession.v1.Decision", "mcpsession.v1.SessionService.GetSession",
            "mcpsession.v1.Session.AttributesEntry", "google.protobuf.Timestamp",
            "envoy.service.auth.v3.AttributeContext.HttpRequest", "grpc.health.v1.HealthCheckResponse.ServingStatus",
            "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"})
    void whateverIsServedIsDescribed(String symbol) throws Exception {
        String top = symbol.substring(0, symbol.indexOf('.'));

        assertThat(described(symbol).getPackage(), startsWith(top));
    }

    @Test
    void whatIsNotServedIsNotFound() throws Exception {
        for (ServerReflectionRequest request : List.of(
                ServerReflectionRequest.newBuilder().setFileContainingSymbol("no.such.Symbol").build(),
                ServerReflectionRequest.newBuilder().setFileByFilename("no/such.proto").build(),
                ServerReflectionRequest.newBuilder().setAllExtensionNumbersOfType("no.such.Type").build())) {
            assertThat(ask(request).getErrorResponse().getErrorCode(), is(Code.NOT_FOUND.value()));
        }
    }

    @Test
    void theOlderNameAnswersTheSame() throws Exception {
        var older = io.grpc.reflection.v1alpha.ServerReflectionGrpc.newBlockingV2Stub(api.channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS).serverReflectionInfo();
        older.write(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("google.rpc.ErrorInfo").build());

        assertThat(FileDescriptorProto.parseFrom(older.read().getFileDescriptorResponse().getFileDescriptorProto(0))
                .getName(), is("google/rpc/error_details.proto"));
    }

    /** The file with all it imports, put together the way grpcurl and the like do it. */
    private FileDescriptor described(String symbol) throws Exception {
        return linked(file(ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build()));
    }

    private FileDescriptor linked(FileDescriptorProto file) throws Exception {
        FileDescriptor[] imports = new FileDescriptor[file.getDependencyCount()];
        for (int i = 0; i < imports.length; i++) {
            imports[i] = linked(file(ServerReflectionRequest.newBuilder()
                    .setFileByFilename(file.getDependency(i)).build()));
        }
        return FileDescriptor.buildFrom(file, imports);
    }

    private FileDescriptorProto file(ServerReflectionRequest request) throws Exception {
        try {
            return FileDescriptorProto.parseFrom(ask(request).getFileDescriptorResponse().getFileDescriptorProto(0));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private ServerReflectionResponse ask(ServerReflectionRequest request) throws Exception {
        reflection.write(request);
        return reflection.read();
    }
}
