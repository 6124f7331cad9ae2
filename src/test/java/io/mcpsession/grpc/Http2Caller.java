package io.mcpsession.grpc;

import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2DataFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ResetFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2StreamChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** A client that sends whatever headers and data it is given, one call after the other, on one connection at a time. */
final class Http2Caller implements AutoCloseable {

    /** What every HTTP/2 connection begins with, and an empty SETTINGS frame (RFC 9113, section 3.4). */
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(US_ASCII);

    private static final int LONGEST_WAIT_SECONDS = 5;
    private static final int MOMENT_MILLIS = 10;

    private final EventLoopGroup group;
    private final int port;
    private Channel connection;

    Http2Caller(EventLoopGroup group, int port) {
        this.group = group;
        this.port = port;
    }

    /**
     * What became of a call: {@code grpc} with its status, {@code http} with another status, or {@code reset} with an
     * error code, or {@code closed} with the connection, or that the caller left.
     *
     * @throws AssertionError when nothing became of it in 5 s
     */
    String outcome(OddCall call) throws InterruptedException {
        return outcome(call, new ConcurrentHashMap<>());
    }

    /** The headers and trailers of an answer that ends, which must say it by itself. */
    Map<String, String> answer(OddCall call) throws InterruptedException {
        Map<String, String> said = new ConcurrentHashMap<>();
        String outcome = outcome(call, said);
        if (!outcome.startsWith("grpc ") && !outcome.startsWith("http ")) {
            throw new AssertionError(outcome);
        }
        return said;
    }

    private String outcome(OddCall call, Map<String, String> said) throws InterruptedException {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        try {
            Http2StreamChannel stream = new Http2StreamChannelBootstrap(connected()).handler(new Reader(outcome, said))
                    .open()
                    .get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
            send(stream, call);
            if (call.end() == OddCall.End.CANCELLED) {
                stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
                return "cancelled";
            }
            if (call.end() == OddCall.End.LEFT) {
                try {
                    return outcome.get(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
                    return "left";
                }
            }
            return outcome.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return "closed";
        } catch (TimeoutException e) {
            throw new AssertionError("no answer to " + call.headers() + " with " + call.data().stream()
                    .map(piece -> piece.length).toList() + " bytes", e);
        }
    }

    private Channel connected() {
        if (connection == null || !connection.isActive()) {
            connection = new Bootstrap().group(group).channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {

                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(Http2FrameCodecBuilder.forClient().validateHeaders(false).build(),
                                    new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                        }
                    }).connect("127.0.0.1", port).syncUninterruptibly().channel();
        }
        return connection;
    }

    private static void send(Http2StreamChannel stream, OddCall call) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < call.headers().size(); i += 2) {
            headers.add(call.headers().get(i), call.headers().get(i + 1));
        }
        boolean finished = call.end() != OddCall.End.CANCELLED;
        stream.write(new DefaultHttp2HeadersFrame(headers, finished && call.data().isEmpty()));
        Iterator<byte[]> pieces = call.data().iterator();
        while (pieces.hasNext()) {
            stream.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(pieces.next()), finished && !pieces.hasNext()));
        }
        stream.flush();
    }

    private static final class Reader extends ChannelInboundHandlerAdapter {

        private final CompletableFuture<String> outcome;
        private final Map<String, String> said;
        private String http = "";
        private String grpc = "";

        Reader(CompletableFuture<String> outcome, Map<String, String> said) {
            this.outcome = outcome;
            this.said = said;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            switch (frame) {
                case Http2HeadersFrame headers -> {
                    headers.headers().forEach(header -> said.put(header.getKey().toString(),
                            header.getValue().toString()));
                    http = headers.headers().status() == null ? http : headers.headers().status().toString();
                    CharSequence status = headers.headers().get("grpc-status");
                    grpc = status == null ? grpc : status.toString();
                    endedIf(headers.isEndStream());
                }
                case Http2DataFrame data -> endedIf(data.isEndStream());
                case Http2ResetFrame reset -> outcome.complete("reset " + Http2Error.valueOf(reset.errorCode()));
                default -> {
                    // Settings and pings are the codec's business.
                }
            }
            ReferenceCountUtil.release(frame);
        }

        private void endedIf(boolean end) {
            if (end) {
                // INTERNAL is the word of the specification for some faults of callers as well.
                outcome.complete(grpc.isEmpty() ? "http " + http
                        : grpc.equals("13") ? "grpc 13 " + said.get("grpc-message") : "grpc " + grpc);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                outcome.complete("reset " + Http2Error.valueOf(reset.errorCode()));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            outcome.complete("closed");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            outcome.complete("closed");
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close().syncUninterruptibly();
        }
    }
}
