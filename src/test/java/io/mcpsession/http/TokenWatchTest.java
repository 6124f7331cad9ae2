package io.mcpsession.http;

import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.Authenticator;
import io.mcpsession.auth.UncheckableTokenException;
import io.mcpsession.session.Principal;
import io.mcpsession.session.StoreUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

@Timeout(30)
class TokenWatchTest {

    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Optional<String> HEADER = Optional.of("Bearer secret");
    private static final Supplier<AuthResult> GOOD = () -> new AuthResult.Accepted(ALICE);

    private final AtomicReference<Supplier<AuthResult>> now = new AtomicReference<>(GOOD);
    private final AtomicInteger looks = new AtomicInteger();
    private final Authenticator authenticator = header -> {
        assertThat(header, is(HEADER));
        looks.incrementAndGet();
        return now.get().get();
    };
    private final TokenWatch tokens = new TokenWatch(authenticator, Duration.ofMillis(20));
    private final AtomicInteger ended = new AtomicInteger();

    @AfterEach
    void close() {
        tokens.close();
    }

    private void awaitLooks(int more) {
        int before = looks.get();
        eventually(looks::get, is(greaterThan(before + more)));
    }

    static Stream<Supplier<AuthResult>> noLongerGood() {
        return Stream.of(() -> new AuthResult.Rejected("the token has expired"), AuthResult.Missing::new,
                () -> new AuthResult.Accepted(Principal.ofSubject("somebody else")));
    }

    @ParameterizedTest
    @MethodSource("noLongerGood")
    void aStreamEndsWhenARequestWouldBeRefused(Supplier<AuthResult> verdict) {
        tokens.held(HEADER, ALICE).watch(ended::incrementAndGet);
        awaitLooks(2);
        assertThat(ended.get(), is(0));

        now.set(verdict);

        eventually(ended::get, is(greaterThan(0)));
    }

    static Stream<RuntimeException> noAnswer() {
        return Stream.of(new StoreUnavailableException("away", null), new UncheckableTokenException("away"));
    }

    @ParameterizedTest
    @MethodSource("noAnswer")
    void aStreamGoesOnWhileNobodyCanSayWhetherTheTokenIsGood(RuntimeException failure) {
        tokens.held(HEADER, ALICE).watch(ended::incrementAndGet);
        now.set(() -> {
            throw failure;
        });
        awaitLooks(3);
        assertThat(ended.get(), is(0));

        now.set(() -> new AuthResult.Rejected("unknown token"));

        eventually(ended::get, is(greaterThan(0)));
    }

    @Test
    void aStreamThatIsOverIsLeftAlone() {
        tokens.held(HEADER, ALICE).watch(ended::incrementAndGet).close();
        AtomicInteger other = new AtomicInteger();
        tokens.held(HEADER, ALICE).watch(other::incrementAndGet);

        now.set(() -> new AuthResult.Rejected("unknown token"));

        eventually(other::get, is(greaterThan(0)));
        assertThat(ended.get(), is(0));
    }
}
