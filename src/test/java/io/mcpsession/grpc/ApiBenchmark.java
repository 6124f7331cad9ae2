package io.mcpsession.grpc;

import com.google.protobuf.Empty;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.mcpsession.envoy.AttributeContext;
import io.mcpsession.envoy.AuthorizationGrpc;
import io.mcpsession.envoy.CheckRequest;
import io.mcpsession.redis.RedisSessionStore;
import io.mcpsession.redis.RedisTime;
import io.mcpsession.redis.TestRedis;
import io.mcpsession.session.SessionPolicy;
import io.mcpsession.v1.CreateSessionRequest;
import io.mcpsession.v1.Principal;
import io.mcpsession.v1.SessionServiceGrpc;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.TouchSessionRequest;
import io.mcpsession.v1.ValidateSessionRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.client.codec.StringCodec;

/** How fast the hot calls are beside what cannot be faster. No test: {@code mvn test -Dtest=ApiBenchmark}. */
class ApiBenchmark {

    private static final long WARM_UP = Long.getLong("bench.warm-up", 3) * 1_000_000_000L;
    private static final long MEASURED = Long.getLong("bench.measured", 2) * 1_000_000_000L;
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final int[] CONCURRENT = Arrays.stream(System.getProperty("bench.concurrent", "1,32,256").split(","))
            .mapToInt(Integer::parseInt).toArray();
    private static final MethodDescriptor<Empty, Empty> CONSTANT = MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("bench.Constant/Get")
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void measure() throws Exception {
        var store = new RedisSessionStore(TestRedis.calls(TestRedis.client()), TestRedis.config(), RunningApi.LIMITS,
                RedisTime.server());
        try (var api = new RunningApi(store, InstantSource.system(), _ -> null, SessionPolicy.STRICT,
                new ExtAuthzSettings(true, List.of(), Optional.empty(), false),
                () -> ServerServiceDefinition.builder("bench.Constant")
                        .addMethod(CONSTANT, ServerCalls.asyncUnaryCall((_, reply) -> {
                            reply.onNext(Empty.getDefaultInstance());
                            reply.onCompleted();
                        }))
                        .build())) {
            Principal owner = Principal.newBuilder().setSubject("user-bench").build();
            var stub = SessionServiceGrpc.newBlockingStub(api.channel);
            String id = stub.createSession(CreateSessionRequest.newBuilder().setOwner(owner)
                    .setProtocolVersion("2025-11-25").build()).getSessionId();
            var validate = ValidateSessionRequest.newBuilder().setSessionId(id).setPrincipal(owner)
                    .setTouchMode(TouchMode.TOUCH_MODE_IF_STALE).build();
            var touch = TouchSessionRequest.newBuilder().setSessionId(id).setPrincipal(owner).build();
            AttributeContext.Builder attributes = AttributeContext.newBuilder();
            attributes.getRequestBuilder().getHttpBuilder().setMethod("POST").setPath("/api/mcp")
                    .putHeaders("authorization", "Bearer user-bench").putHeaders("mcp-session-id", id);
            var check = CheckRequest.newBuilder().setAttributes(attributes).build();
            var authorization = AuthorizationGrpc.newBlockingStub(api.channel);
            var bucket = TestRedis.client().getBucket("bench", StringCodec.INSTANCE);
            bucket.set("x".repeat(400));
            Map<String, Runnable> calls = new LinkedHashMap<>();
            calls.put("redis GET", bucket::get);
            calls.put("constant", () -> ClientCalls.blockingUnaryCall(api.channel, CONSTANT,
                    CallOptions.DEFAULT, Empty.getDefaultInstance()));
            calls.put("Validate", () -> stub.validateSession(validate));
            calls.put("Touch", () -> stub.touchSession(touch));
            calls.put("Check", () -> authorization.check(check));
            calls.keySet().retainAll(List.of(System.getProperty("bench.calls", String.join(",", calls.keySet()))
                    .split(",")));
            for (int concurrent : CONCURRENT) {
                compare(calls, concurrent);
            }
        }
    }

    /** In rounds, in which the calls take turns: what else the machine does then falls on all of them. */
    private static void compare(Map<String, Runnable> calls, int concurrent) throws Exception {
        Map<String, List<Round>> rounds = new LinkedHashMap<>();
        for (var call : calls.entrySet()) {
            run(call.getValue(), concurrent, WARM_UP);
            rounds.put(call.getKey(), new ArrayList<>());
        }
        for (int i = 0; i < ROUNDS; i++) {
            for (var call : calls.entrySet()) {
                rounds.get(call.getKey()).add(Round.of(run(call.getValue(), concurrent, MEASURED)));
            }
        }
        List<Round> constant = rounds.getOrDefault("constant", List.of());
        rounds.forEach((name, all) -> System.out.printf(
                "bench %3d  %-10s %8.0f/s  p50 %7.3f  p99 %7.3f  p99.9 %7.3f ms%s%n", concurrent, name,
                median(all, Round::rate), median(all, Round::p50), median(all, Round::p99), median(all, Round::p999),
                constant.isEmpty() ? "" : String.format("  %.2f of constant",
                        median(all, Round::rate) / median(constant, Round::rate))));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return rounds.stream().mapToDouble(figure).sorted().skip(rounds.size() / 2).findFirst().orElseThrow();
    }

    private record Round(double rate, double p50, double p99, double p999) {

        private static Round of(long[] nanos) {
            return new Round(nanos.length / (MEASURED / 1e9), at(nanos, 0.5), at(nanos, 0.99), at(nanos, 0.999));
        }
    }

    private static long[] run(Runnable call, int concurrent, long length) throws Exception {
        long end = System.nanoTime() + length;
        List<Callable<long[]>> callers = new ArrayList<>();
        for (int i = 0; i < concurrent; i++) {
            callers.add(() -> {
                long[] taken = new long[1 << 16];
                int count = 0;
                for (long now = System.nanoTime(); now < end;) {
                    call.run();
                    long done = System.nanoTime();
                    if (count == taken.length) {
                        taken = Arrays.copyOf(taken, 2 * count);
                    }
                    taken[count++] = done - now;
                    now = done;
                }
                return Arrays.copyOf(taken, count);
            });
        }
        List<long[]> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<long[]> caller : threads.invokeAll(callers)) {
                all.add(caller.get());
            }
        }
        return all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    }

    private static double at(long[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1, part * sorted.length)] / 1e6;
    }
}
