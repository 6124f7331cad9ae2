package io.mcpsession.grpc;

import io.mcpsession.http2.HeaderBlock;
import io.mcpsession.http2.RawHttp2;
import java.io.IOException;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Calls that got their message, and whose connection ends before their client could say that this was all. */
class AbandonedCallsTest {

    private static final int CONTENT_TYPE = 31;
    private static final int PROTOCOL_ERROR = -1;

    private final RunningApi api = new RunningApi(new HeldStore(), InstantSource.system());

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void endWhenTheClientIsCutOff() throws IOException {
        try (RawHttp2 _ = unfinishedCall()) {
            eventually(api.calls::inFlight, is(1));
        }
        eventually(api.calls::inFlight, is(0));
    }

    @Test
    void endWhenTheServerClosesTheConnection() throws IOException {
        try (RawHttp2 connection = unfinishedCall()) {
            eventually(api.calls::inFlight, is(1));
            // Streams of clients have odd numbers.
            connection.request(2, HeaderBlock.request());
            assertThat(connection.outcome(2), is(PROTOCOL_ERROR));
            eventually(api.calls::inFlight, is(0));
        }
    }

    private RawHttp2 unfinishedCall() throws IOException {
        RawHttp2 connection = RawHttp2.connect(api.port());
        connection.send(RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1,
                HeaderBlock.request("POST", "/mcpsession.v1.SessionService/GetSession")
                        .passing(CONTENT_TYPE, "application/grpc").bytes()));
        connection.send(RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[5]));
        return connection;
    }
}
