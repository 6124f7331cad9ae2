package io.mcpsession.http2;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.WritableHeaders;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.http2.Http2Settings;
import io.helidon.http.http2.Http2StreamState;
import io.helidon.http.http2.Http2StreamWriter;
import io.helidon.http.http2.StreamFlowControl;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.grpc.GrpcProtocolSelector;
import io.helidon.webserver.http2.spi.Http2SubProtocolSelector;
import io.helidon.webserver.http2.spi.SubProtocolResult;
import io.mcpsession.limit.ByteBudget;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Tells gRPC calls from other requests, and refuses those that cannot be served in gRPC's own words (gRPC over HTTP2,
 * Requests and Responses). Helidon 4.5.0 answers an unknown method with HTTP 404 and NOT_FOUND, and metadata that it
 * cannot decode with nothing but a stack trace in the log.
 */
final class GrpcSelector implements Http2SubProtocolSelector {

    private static final String GRPC = "application/grpc";
    private static final Set<String> SUBTYPES = Set.of("", "+proto");
    private static final HeaderName ENCODING = HeaderNames.create("grpc-encoding");
    private static final String BINARY = "-bin";

    private final GrpcWire wire;
    private final ByteBudget messages;
    private final int longestMessage;
    private final Http2SubProtocolSelector helidons;

    /**
     * @param messages memory of all that is being said on gRPC calls
     */
    GrpcSelector(GrpcConfig config, GrpcWire wire, ByteBudget messages) {
        this.wire = wire;
        this.messages = messages;
        this.longestMessage = config.maxReadBufferSize();
        // MessageFrames inflates: Helidon forgets that a message is compressed when it comes in two frames, and knows no
        // bound for what it inflates to.
        this.helidons = GrpcProtocolSelector.create(GrpcConfig.builder(config).enableCompression(false).build());
    }

    @Override
    public SubProtocolResult subProtocol(ConnectionContext connection, HttpPrologue prologue, Http2Headers headers,
                                         Http2StreamWriter writer, int stream, Http2Settings ours, Http2Settings theirs,
                                         StreamFlowControl flowControl, Http2StreamState state, Router router) {
        Headers sent = headers.httpHeaders();
        Optional<String> subtype = subtype(sent);
        if (prologue.method() != Method.POST || subtype.isEmpty()) {
            return NOT_SUPPORTED;
        }
        String encoding = sent.contains(ENCODING) ? sent.get(ENCODING).get() : "identity";
        Optional<CallFault> fault = fault(prologue.uriPath().path(), subtype.get(), encoding, sent);
        if (fault.isPresent()) {
            return new SubProtocolResult(true,
                    new TrailersOnly(writer, stream, state, wire.refusals().apply(fault.get())));
        }
        SubProtocolHandler call = helidons.subProtocol(connection, prologue, plain(headers), writer, stream, ours,
                theirs, flowControl, state, router).subProtocol();
        return new SubProtocolResult(true, new MessageFrames(call, stream, encoding.equals("gzip"), longestMessage,
                messages.share(connection)));
    }

    /** What follows {@code application/grpc}, up to parameters; empty for other media types. */
    private static Optional<String> subtype(Headers sent) {
        if (!sent.contains(HeaderNames.CONTENT_TYPE)) {
            return Optional.empty();
        }
        String type = sent.get(HeaderNames.CONTENT_TYPE).get().split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.equals(GRPC) || type.startsWith(GRPC + "+")
                ? Optional.of(type.substring(GRPC.length()))
                : Optional.empty();
    }

    private Optional<CallFault> fault(String path, String subtype, String encoding, Headers sent) {
        if (!wire.paths().contains(path)) {
            return Optional.of(CallFault.METHOD_UNKNOWN);
        }
        if (!SUBTYPES.contains(subtype)) {
            return Optional.of(CallFault.SUBTYPE_UNSUPPORTED);
        }
        if (!encoding.equals("identity") && !encoding.equals("gzip")) {
            return Optional.of(CallFault.ENCODING_UNSUPPORTED);
        }
        for (Header header : sent) {
            if (!isMetadata(header)) {
                return Optional.of(CallFault.METADATA_INVALID);
            }
        }
        return Optional.empty();
    }

    /** Whether Helidon can make metadata of it: it does not catch what goes wrong. */
    private static boolean isMetadata(Header header) {
        String name = header.name();
        boolean named = !name.isEmpty() && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.');
        return named && (!name.endsWith(BINARY) || isBase64(header.get()));
    }

    private static boolean isBase64(String value) {
        try {
            Base64.getDecoder().decode(value.getBytes(ISO_8859_1));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Helidon knows gRPC by the media type in lower case only. */
    private static Http2Headers plain(Http2Headers headers) {
        return headers.httpHeaders().get(HeaderNames.CONTENT_TYPE).get().startsWith(GRPC)
                ? headers
                : Http2Headers.create(WritableHeaders.create(headers.httpHeaders())
                        .set(HeaderNames.CONTENT_TYPE, GRPC));
    }
}
