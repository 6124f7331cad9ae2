package io.mcpsession.http2;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.webserver.CloseConnectionException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What Helidon 4.5.0 writes, which is one frame each time. Its WINDOW_UPDATEs go into the books only, and those of the
 * books go out. On a stream that is over nothing goes out but headers, which are part of what all later headers build
 * on: who is about to send some asks first whether the client is there. Thread-safe.
 */
final class WatchedWriter implements DataWriter {

    private static final int FRAME_HEADER = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 0x1;

    private final DataWriter writer;
    private final StreamLedger ledger;
    private final ReentrantLock lock = new ReentrantLock();
    /** Helidon begins by making the window of the connection as large as that of a stream. */
    private boolean begun;

    /**
     * @param begun whether the window of the connection is as it shall be from the start
     */
    WatchedWriter(DataWriter writer, StreamLedger ledger, boolean begun) {
        this.writer = writer;
        this.ledger = ledger;
        this.begun = begun;
    }

    /** Tells the client of the room it has on the connection, when it is worth it. */
    void giveRoom() {
        int room = ledger.takeRoom();
        if (room > 0) {
            give(0, room);
        }
    }

    private void give(int stream, int bytes) {
        locked(() -> writer.writeNow(BufferData.create(ByteBuffer.allocate(FRAME_HEADER + Integer.BYTES)
                .putInt(Integer.BYTES << 8 | WINDOW_UPDATE).put((byte) 0).putInt(stream).putInt(bytes).array())));
    }

    @Override
    public void write(BufferData... buffers) {
        for (BufferData buffer : buffers) {
            write(buffer);
        }
    }

    @Override
    public void write(BufferData buffer) {
        passOn(buffer, writer::write);
    }

    @Override
    public void writeNow(BufferData... buffers) {
        for (BufferData buffer : buffers) {
            writeNow(buffer);
        }
    }

    @Override
    public void writeNow(BufferData buffer) {
        passOn(buffer, writer::writeNow);
    }

    @Override
    public void flush() {
        writer.flush();
    }

    @Override
    public void close() {
        writer.close();
    }

    private void locked(Runnable write) {
        lock.lock();
        try {
            write.run();
        } finally {
            lock.unlock();
        }
    }

    private void passOn(BufferData frame, Consumer<BufferData> write) {
        int type = frame.available() < FRAME_HEADER ? -1 : frame.get(3);
        if ((type == DATA || type == RST_STREAM) && ledger.isOver(number(frame, 5))) {
            // What Helidon says when it is told of it.
            if (type == DATA) {
                throw new CloseConnectionException("the client has reset the stream");
            }
            return;
        }
        if (type == WINDOW_UPDATE && begun) {
            int stream = number(frame, 5);
            int told = ledger.read(stream, number(frame, FRAME_HEADER));
            if (told > 0) {
                give(stream, told);
            }
        } else {
            begun |= type == WINDOW_UPDATE;
            note(type, frame);
            locked(() -> write.accept(frame));
        }
        giveRoom();
    }

    /** Before it is written: whoever answers to it must find it noted. */
    private void note(int type, BufferData frame) {
        if (type == RST_STREAM) {
            ledger.resetByServer(number(frame, 5));
        } else if ((type == HEADERS || type == DATA) && (frame.get(4) & END_STREAM) != 0) {
            ledger.answered(number(frame, 5));
        }
    }

    private static int number(BufferData frame, int at) {
        int number = 0;
        for (int i = at; i < at + Integer.BYTES; i++) {
            number = number << Byte.SIZE | frame.get(i) & 0xff;
        }
        return number;
    }
}
