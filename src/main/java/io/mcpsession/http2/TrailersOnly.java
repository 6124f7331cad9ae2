package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.http.http2.FlowControl;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.http2.Http2RstStream;
import io.helidon.http.http2.Http2StreamState;
import io.helidon.http.http2.Http2StreamWriter;
import io.helidon.http.http2.Http2WindowUpdate;
import io.helidon.webserver.http2.spi.Http2SubProtocolSelector;
import java.util.Map;

/** A call that is answered by its status alone, whatever it says (gRPC over HTTP2, Trailers-Only). */
final class TrailersOnly implements Http2SubProtocolSelector.SubProtocolHandler {

    private final Http2StreamWriter writer;
    private final int stream;
    private final Map<String, String> refusal;
    private volatile Http2StreamState state;

    TrailersOnly(Http2StreamWriter writer, int stream, Http2StreamState state, Map<String, String> refusal) {
        this.writer = writer;
        this.stream = stream;
        this.state = state;
        this.refusal = refusal;
    }

    @Override
    public void init() {
        WritableHeaders<?> trailers = WritableHeaders.create();
        trailers.set(HeaderNames.CONTENT_TYPE, "application/grpc");
        refusal.forEach((name, value) -> trailers.set(HeaderNames.create(name), value));
        writer.writeHeaders(Http2Headers.create(trailers).status(Status.OK_200), stream,
                Http2Flag.HeaderFlags.create(Http2Flag.END_OF_HEADERS | Http2Flag.END_OF_STREAM),
                FlowControl.Outbound.NOOP);
        state = state == Http2StreamState.HALF_CLOSED_REMOTE ? Http2StreamState.CLOSED
                : Http2StreamState.HALF_CLOSED_LOCAL;
    }

    @Override
    public Http2StreamState streamState() {
        return state;
    }

    @Override
    public void rstStream(Http2RstStream reset) {
        state = Http2StreamState.CLOSED;
    }

    @Override
    public void windowUpdate(Http2WindowUpdate update) {
    }

    /** Thrown away; its end is the end of the stream. */
    @Override
    public void data(Http2FrameHeader header, BufferData data) {
        if (header.flags(Http2FrameTypes.DATA).endOfStream()) {
            state = Http2StreamState.CLOSED;
        }
    }
}
