package io.mcpsession;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.auth.ServiceCaller;
import io.mcpsession.auth.ServiceCallers;
import io.mcpsession.auth.ServiceRole;
import io.mcpsession.auth.TokenSecret;
import io.mcpsession.grpc.ExtAuthzSettings;
import io.mcpsession.grpc.GrpcApi;
import io.mcpsession.grpc.GrpcCalls;
import io.mcpsession.grpc.GrpcHealth;
import io.mcpsession.grpc.McpCall;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.SessionCeiling;
import io.mcpsession.session.SessionIds;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionObserver;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.SigningKey;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.ChildServer;
import io.mcpsession.testing.LogCapture;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.oneOf;

class WarmUpTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofSeconds(600), Duration.ofHours(24));

    /** What the first call of all takes on a machine that has more to do. */
    private static final Duration LONG = Duration.ofSeconds(20);

    private final SecureRandom random = new SecureRandom();
    private final SessionIds ids = new SessionIds(() -> List.of(new SigningKey(new byte[32])), random,
            InstantSource.system());
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();

    @Test
    void theStoreIsAskedAndNeverChanged() {
        run(LONG, method -> method.equals("lookUp") ? List.of(Lookup.Absent.INSTANCE) : Lookup.Absent.INSTANCE);

        assertThat(asked, hasItem("find"));
        assertThat(asked, hasItem("lookUp"));
        assertThat(List.copyOf(asked), everyItem(is(oneOf("find", "lookUp"))));
    }

    @Test
    void aStoreThatHangsIsNotWaitedFor() {
        long begin = System.nanoTime();

        run(Duration.ofSeconds(2), _ -> {
            try {
                Thread.sleep(Duration.ofSeconds(4));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Lookup.Absent.INSTANCE;
        });

        assertThat(Duration.ofNanos(System.nanoTime() - begin), is(lessThan(Duration.ofSeconds(10))));
        assertThat(asked, is(not(empty())));
    }

    @Test
    void aStoreThatFailsFailsNoStart() {
        try (LogCapture _ = new LogCapture("io.mcpsession.grpc")) {
            run(LONG, _ -> {
                throw new IllegalStateException("broken");
            });
        }
        assertThat(asked, hasItem("find"));
    }

    @Test
    void nobodySeesThatItWasThere() throws Exception {
        try (ChildServer server = ChildServer.start(Map.of()); HttpClient http = HttpClient.newHttpClient()) {
            String metrics = http.send(HttpRequest.newBuilder(server.admin("/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
            server.terminate();

            assertThat(metrics, containsString("mcp_sessions_living"));
            assertThat(metrics.lines().filter(line -> line.matches("mcp_(sessions|auth|calls)\\S* .*"))
                    .filter(line -> !line.endsWith(" 0.0")).toList(), is(empty()));
            assertThat(server.errors(), not(containsString("event=")));
            assertThat(server.errors(), not(containsString("Exception")));
        }
    }

    /** Loading them is what the first call of all used to take its time for; and counting does not depend on the machine. */
    @Test
    @Tag("slow")
    void theFirstCheckLoadsHardlyAClass(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("classes");
        try (ChildServer server = ChildServer.start(Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + log))) {
            ManagedChannel channel = NettyChannelBuilder.forTarget(server.grpc()).usePlaintext().build();
            try {
                long before = lines(log);
                var answer = AuthorizationGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS)
                        .check(CheckRequest.newBuilder().setAttributes(AttributeContext.newBuilder()).build());
                long loaded = lines(log) - before;

                assertThat(answer.getDeniedResponse().getStatus().getCodeValue(), is(401));
                System.out.println("the first Check loads " + loaded + " classes");
                assertThat(loaded, is(lessThan(100L)));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static long lines(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.count();
        }
    }

    /** On a store that answers each question as {@code answers} does its method's name. */
    private void run(Duration patience, Function<String, Object> answers) {
        SessionStore store = (SessionStore) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {SessionStore.class}, (_, method, _) -> {
                    asked.add(method.getName());
                    return answers.apply(method.getName());
                });
        SessionObserver nobody = new SessionObserver() { };
        SessionCeiling ceiling = new SessionCeiling(Long.MAX_VALUE);
        String token = TokenSecret.mint(random);
        GrpcApi api = new GrpcApi(new Sessions(store, ids, SessionPolicy.COMPAT, ceiling, nobody),
                new TrustedSessions(store, ids, ceiling, nobody), ids, LIMITS, InstantSource.system(), new GrpcHealth(),
                _ -> {
                    throw new AssertionError("nobody watches");
                }, new GrpcCalls())
                .answeringEnvoy(_ -> new AuthResult.Rejected("nobody is known"),
                        _ -> new McpCall(Optional.empty(), Optional.empty()),
                        new ExtAuthzSettings(true, List.of(), Optional.empty(), false))
                .calledBy(new ServiceCallers(List.of(new ServiceCaller("warm-up", ServiceRole.READ,
                        new ServiceCaller.Proof.Token(TokenSecret.digest(token))))));
        new WarmUp(Settings.load(Map.of(), Map.of()), ids, random, patience).run(api, token);
    }
}
