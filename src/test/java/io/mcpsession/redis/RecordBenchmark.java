package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import java.time.Instant;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A session to its stored form and back, in either layout. Run by {@code mvn -Pbench verify}. */
@State(Scope.Thread)
public class RecordBenchmark {

    private static final Instant EXPIRES = Instant.parse("2026-01-01T00:10:00Z");

    @Param
    public Layout layout;

    private Session session;
    private String text;

    @Setup
    public void makeText() {
        session = Session.opened(new SessionId("mcp-1767225600123-Kabcdefghijklmnopqrstuv_ABCDEFGHIJ01234-"),
                new Principal("https://issuer.example", "alice"), EXPIRES,
                new Opening("2025-11-25", new ClientInfo("openai-mcp", "1.0.0", "{}"), Map.of("log", "info")));
        text = layout.write(session);
    }

    @Benchmark
    public String write() {
        return layout.write(session);
    }

    @Benchmark
    public Session read() {
        return layout.read(text, EXPIRES);
    }
}
