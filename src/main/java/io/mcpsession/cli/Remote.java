package io.mcpsession.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.SessionServiceGrpc.SessionServiceBlockingStub;
import java.io.File;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The server that a command talks to, and what it takes to be let in. */
final class Remote {

    @Option(names = "--server", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:9090",
            description = "internal socket of the server; ${DEFAULT-VALUE} when left out")
    private String address;

    @Option(names = "--token", description = "token of a service listed under mcp.grpc.callers; better given as the"
            + " variable MCP_SERVICE_TOKEN", defaultValue = "${env:MCP_SERVICE_TOKEN}")
    private String token;

    @Option(names = "--ca", paramLabel = "FILE", description = "speak TLS and trust these certificates (PEM)")
    private File authorities;

    @Option(names = "--cert", paramLabel = "FILE", description = "certificate to show (PEM)")
    private File certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "its private key (PEM)")
    private File key;

    int call(CommandSpec spec, Consumer<SessionServiceBlockingStub> work) {
        return connected(spec, stub -> work.accept(stub.withDeadlineAfter(10, TimeUnit.SECONDS)));
    }

    int stream(CommandSpec spec, Consumer<SessionServiceBlockingStub> work) {
        return connected(spec, work);
    }

    private int connected(CommandSpec spec, Consumer<SessionServiceBlockingStub> work) {
        ManagedChannel channel = Grpc.newChannelBuilder(address, credentials(spec)).build();
        try {
            SessionServiceBlockingStub stub = SessionServiceGrpc.newBlockingStub(channel);
            if (token != null && !token.isEmpty()) {
                Metadata headers = new Metadata();
                headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
                stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
            }
            work.accept(stub);
            return ExitCode.OK;
        } catch (StatusRuntimeException e) {
            spec.commandLine().getErr().println(explained(e));
            return ExitCode.SOFTWARE;
        } finally {
            channel.shutdownNow();
        }
    }

    private ChannelCredentials credentials(CommandSpec spec) {
        if (Stream.of(authorities, certificate, key).allMatch(file -> file == null)) {
            return InsecureChannelCredentials.create();
        }
        if ((certificate == null) != (key == null)) {
            throw new ParameterException(spec.commandLine(), "--cert and --key come together");
        }
        try {
            TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
            if (authorities != null) {
                tls.trustManager(authorities);
            }
            if (certificate != null) {
                tls.keyManager(certificate, key);
            }
            return tls.build();
        } catch (IOException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "the certificates cannot be read: " + e.getMessage());
        }
    }

    private String explained(StatusRuntimeException failure) {
        String said = String.valueOf(failure.getStatus().getDescription());
        return switch (reason(failure)) {
            case "SESSION_NOT_FOUND" -> "There is no such session.";
            case "SESSION_EXPIRED" -> "The session has expired.";
            case "SESSION_REVOKED" -> "The session was revoked.";
            case "SESSION_ID_MALFORMED" -> "That is no session id. One looks like mcp-1767225600123-...";
            case "WATCH_TOKEN_COMPACTED" -> "The events behind this token are gone. Watch anew, and list what there is.";
            case "STORE_UNAVAILABLE" -> "The server is up, but its Redis does not answer. Try again.";
            case "CALLER_UNKNOWN" -> "The server does not know this service. Give --cert and --key, or --token.";
            case "CALLER_NOT_ALLOWED" -> "This service may only read (see mcp.grpc.callers).";
            case "" -> switch (failure.getStatus().getCode()) {
                case UNAVAILABLE -> "No answer from " + address + ". Is this the internal socket, and does it want TLS"
                        + " (--ca, --cert, --key)?";
                case DEADLINE_EXCEEDED -> "No answer from " + address + " within ten seconds.";
                default -> "The call failed: " + failure.getStatus().getCode() + ": " + said;
            };
            default -> said.substring(0, 1).toUpperCase(Locale.ROOT) + said.substring(1) + ".";
        };
    }

    private static String reason(StatusRuntimeException failure) {
        var status = StatusProto.fromThrowable(failure);
        try {
            return status != null && status.getDetailsCount() > 0 && status.getDetails(0).is(ErrorInfo.class)
                    ? status.getDetails(0).unpack(ErrorInfo.class).getReason()
                    : "";
        } catch (InvalidProtocolBufferException e) {
            return "";
        }
    }
}
