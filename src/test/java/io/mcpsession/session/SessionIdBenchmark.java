package io.mcpsession.session;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is done with a session id before Redis is asked. Run by {@code mvn -Pbench verify}. */
@State(Scope.Thread)
public class SessionIdBenchmark {

    private static final Principal ALICE = new Principal("https://issuer.example", "alice");
    private static final Principal BOB = new Principal("https://issuer.example", "bob");

    private final List<SigningKey> keys = List.of(new SigningKey(new byte[32]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), InstantSource.system());
    private final SessionId id = ids.mint(ALICE);
    private final String text = id.value();

    @Benchmark
    public Optional<SessionId> parse() {
        return ids.parse(text);
    }

    @Benchmark
    public boolean proveOwn() {
        return ids.proves(id, ALICE);
    }

    @Benchmark
    public boolean refuseForeign() {
        return ids.proves(id, BOB);
    }

    @Benchmark
    public SessionId mint() {
        return ids.mint(ALICE);
    }
}
