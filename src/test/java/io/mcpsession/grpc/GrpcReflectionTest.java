package io.mcpsession.grpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
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

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

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
