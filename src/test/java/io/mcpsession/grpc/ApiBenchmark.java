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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.client.codec.StringCodec;

/** How fast the hot calls are beside what cannot be faster. No test: {@code mvn test -Dtest=ApiBenchmark}. */
class ApiBenchmark {

    private static final long WARM_UP = Long.getLong("bench.warm-up", 3) * 1_000_000_000L;
    private static final long MEASURED = Long.getLong("bench.measured", 5) * 1_000_000_000L;
    private static final int[] CONCURRENT = Arrays.stream(System.getProperty("bench.concurrent", "1,32,256").split(","))
            .mapToInt(Integer::parseInt).toArray();
    private static final MethodDescriptor<Empty, Empty> CONSTANT = MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("bench.Constant/Get")
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
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
                double constant = 0;
                for (var call : calls.entrySet()) {
                    run(call.getValue(), concurrent, WARM_UP);
                    long[] nanos = run(call.getValue(), concurrent, MEASURED);
                    double rate = nanos.length / (MEASURED / 1e9);
                    constant = call.getKey().equals("constant") ? rate : constant;
                    System.out.printf("bench %3d  %-10s %8.0f/s  p50 %7.3f  p99 %7.3f  p99.9 %7.3f ms%s%n", concurrent,
                            call.getKey(), rate, at(nanos, 0.5), at(nanos, 0.99), at(nanos, 0.999),
                            constant == 0 ? "" : String.format("  %.2f of constant", rate / constant));
                }
            }
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
