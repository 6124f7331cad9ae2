package io.mcpsession.redis;

import io.netty.buffer.Unpooled;
import org.redisson.client.codec.StringCodec;
import org.redisson.client.protocol.Encoder;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Text as {@link StringCodec} reads and writes it. That takes a pooled buffer outside the heap for each argument, which
 * another thread gives back: for arguments as short and as many as those of a script that costs more than the call.
 */
final class TextCodec extends StringCodec {

    static final TextCodec INSTANCE = new TextCodec();

    private final Encoder encoder = value -> Unpooled.wrappedBuffer(value.toString().getBytes(UTF_8));

    private TextCodec() {
    }

    @Override
    public Encoder getValueEncoder() {
        return encoder;
    }

    @Override
    public Encoder getEncoder() {
        return encoder;
    }
}
