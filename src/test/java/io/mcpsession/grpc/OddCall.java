package io.mcpsession.grpc;

import java.util.List;

/**
 * A call as nobody would make it, below the level of a gRPC library.
 *
 * @param headers name, value, name, value
 * @param data    what is sent after them, frame by frame
 * @param end     how the caller ends
 */
record OddCall(List<String> headers, List<byte[]> data, End end) {

    enum End {
        /** Says that nothing follows, and waits for an answer. */
        FINISHED,
        /** The same, but a service that answers for as long as it can is left after a moment. */
        LEFT,
        /** Gives the call up in the middle of what it says. */
        CANCELLED
    }
}
