package io.mcpsession.tracing;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.mcpsession.handler.Arguments;
import io.mcpsession.handler.Call;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Tool;
import io.mcpsession.handler.ToolDescription;
import io.mcpsession.handler.ToolResult;
import io.mcpsession.testing.Answer;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import io.mcpsession.testing.TestServer;
import io.mcpsession.v1.GetSessionRequest;
import io.mcpsession.v1.SessionServiceGrpc;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.any;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What a collector is told of calls over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracingTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final String PARENT = "00-" + TRACE + "-" + CALLER + "-01";
    private static final String OTHER_TRACE = "11111111111111111111111111111111";
    private static final String OTHER = "00-" + OTHER_TRACE + "-2222222222222222-01";
    private static final String ROOT = "0000000000000000";
    private static final String HTTP = "POST /api/mcp";

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final AtomicReference<Optional<String>> outgoing = new AtomicReference<>(Optional.empty());
    private final AtomicInteger open = new AtomicInteger();
    private TestServer server;
    private McpClient alice;

    @BeforeAll
    void start() {
        Tracing tracing = tracing(1, spans, open);
        server = TestServer.traced(Map.of(), _ -> Offering.ofTools(List.of(new Asking(tracing, outgoing))), tracing);
        alice = server.alice().initialized();
    }

    private static Tracing tracing(double ratio, InMemorySpanExporter kept, AtomicInteger open) {
        return Tracing.to(SpanProcessor.composite(SimpleSpanProcessor.create(kept), new Counting(open)), new TracingConfig(Optional.empty(), ratio,
                "mcp"), "pod-7");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** The span of an HTTP call ends when its client has the answer already. */
    @BeforeEach
    void forget() {
        eventually(open::get, is(0));
        spans.reset();
    }

    /** Knows how many spans have not ended. */
    private record Counting(AtomicInteger open) implements SpanProcessor {

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            open.incrementAndGet();
        }

        @Override
        public boolean isStartRequired() {
            return true;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            open.decrementAndGet();
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }

    /** What a tool would tell a server that it calls in turn. */
    private record Asking(Tracing tracing, AtomicReference<Optional<String>> told) implements Tool {

        @Override
        public ToolDescription description() {
            return new ToolDescription("asking", "Asking", "Asks.", Json.createObjectBuilder().add("type", "object").build(),
                    Optional.empty(), new ToolDescription.Hints(true, false, true, false));
        }

        @Override
        public ToolResult call(Call call, Arguments arguments) {
            told.set(tracing.traceparent());
            return ToolResult.text("asked");
        }
    }

    /** The one span of this name; the last to end is that of HTTP, after its answer was sent. */
    private SpanData span(String name) {
        return eventually(() -> spans.getFinishedSpanItems().stream().filter(it -> it.getName().equals(name)).toList(),
                hasItem(any(SpanData.class))).getFirst();
    }

    private static JsonObject meta(String traceparent) {
        return Json.createObjectBuilder()
                .add("_meta", Json.createObjectBuilder().add("traceparent", traceparent).add("tracestate", "a=1"))
                .build();
    }

    @Test
    void oneTraceReachesFromTheHeaderOverHttpToRedis() {
        alice.with("traceparent", PARENT, "tracestate", "vendor=1").call("ping");

        SpanData http = span(HTTP);
        SpanData mcp = span("ping");
        SpanData redis = spans.getFinishedSpanItems().stream().filter(it -> it.getName().startsWith("redis "))
                .findFirst().orElseThrow();
        assertThat(List.of(http.getTraceId(), mcp.getTraceId(), redis.getTraceId()), is(List.of(TRACE, TRACE, TRACE)));
        assertThat(List.of(http.getParentSpanId(), mcp.getParentSpanId(), redis.getParentSpanId()),
                is(List.of(CALLER, http.getSpanId(), mcp.getSpanId())));
        assertThat(List.of(http.getKind(), mcp.getKind(), redis.getKind()),
                is(List.of(SpanKind.SERVER, SpanKind.SERVER, SpanKind.CLIENT)));
        assertThat(http.getSpanContext().getTraceState().get("vendor"), is("1"));
        assertThat(http.getAttributes().get(Names.HTTP_STATUS), is(200L));
        assertThat(http.getResource().getAttribute(Names.SERVICE_INSTANCE), is("pod-7"));
    }

    @Test
    void aRequestsTraceIsThatOfItsMetaAndLinkedToItsHttpCall() {
        alice.call("ping", meta(PARENT));

        SpanData http = span(HTTP);
        SpanData mcp = span("ping");
        assertThat(mcp.getTraceId(), is(TRACE));
        assertThat(mcp.getParentSpanId(), is(CALLER));
        assertThat(mcp.getLinks().getFirst().getSpanContext().getSpanId(), is(http.getSpanId()));
        assertThat(http.getParentSpanId(), is(ROOT));
        assertThat(spans.getFinishedSpanItems().stream().filter(it -> it.getParentSpanId().equals(mcp.getSpanId()))
                .map(SpanData::getName).toList(), hasItem(startsWith("redis ")));
    }

    @Test
    void metaWinsOverTheHeaderInTheStatelessEraToo() {
        Answer answer = Stateless.of(server.alice().with("traceparent", OTHER)).call("tools/list", meta(PARENT));

        assertThat(answer.status(), is(200));
        assertThat(span("tools/list").getParentSpanId(), is(CALLER));
        assertThat(span(HTTP).getTraceId(), is(OTHER_TRACE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    void aTraceparentThatIsNoneBeginsATraceAndHarmsNoCall(String traceparent) {
        assertThat(alice.with("traceparent", traceparent).call("ping", meta(traceparent)).status(), is(200));

        assertThat(span(HTTP).getParentSpanId(), is(ROOT));
        assertThat(span("ping").getParentSpanId(), is(span(HTTP).getSpanId()));
    }

    @Test
    void aTraceparentThatIsNoTextOrIsThereTwiceIsNone() {
        assertThat(alice.with("traceparent", PARENT, "traceparent", OTHER).call("ping", Json.createObjectBuilder()
                .add("_meta", Json.createObjectBuilder().add("traceparent", 7).add("tracestate", JsonValue.NULL)).build())
                .status(), is(200));

        assertThat(span(HTTP).getParentSpanId(), is(ROOT));
    }

    @Test
    void aToolKnowsWhatToTellWhomItCalls() {
        assertThat(alice.call("tools/call", Json.createObjectBuilder(meta(PARENT)).add("name", "asking").build())
                .text(), is("asked"));

        assertThat(outgoing.get(), is(Optional.of("00-" + TRACE + "-" + span("tools/call").getSpanId() + "-01")));
        assertThat(span("tools/call").getAttributes().get(Names.TOOL), is("asking"));
    }

    @Test
    void aServerBehindThisOneGoesOnWithTheTrace() {
        InMemorySpanExporter ofFront = InMemorySpanExporter.create();
        InMemorySpanExporter ofBehind = InMemorySpanExporter.create();
        Tracing tracing = tracing(1, ofBehind, new AtomicInteger());
        try (TestServer behind = TestServer.traced(Map.of(), _ -> Offering.ofTools(List.of(new Asking(tracing, outgoing))),
                tracing);
             TestServer front = TestServer.traced(Map.of("mcp.upstreams.0.name", "behind",
                     "mcp.upstreams.0.url", behind.endpoint().toString(), "mcp.upstreams.0.allow", "asking",
                     "mcp.upstreams.0.headers.Authorization", "Bearer " + TestServer.ALICE),
                     _ -> Offering.ofTools(List.of()), tracing(1, ofFront, new AtomicInteger()))) {
            McpClient client = front.alice().with("Accept", "application/json, text/event-stream").initialized();
            eventually(() -> client.call("tools/list").body(), containsString("asking"));

            assertThat(client.call("tools/call", Json.createObjectBuilder(meta(PARENT)).add("name", "asking").build())
                    .body(), containsString("asked"));

            SpanData asked = called(ofFront);
            SpanData passedOn = called(ofBehind);
            assertThat(List.of(asked.getTraceId(), asked.getParentSpanId()), is(List.of(TRACE, CALLER)));
            assertThat(List.of(passedOn.getTraceId(), passedOn.getParentSpanId()), is(List.of(TRACE, asked.getSpanId())));
        }
    }

    private static SpanData called(InMemorySpanExporter spans) {
        return eventually(() -> spans.getFinishedSpanItems().stream().filter(it -> it.getName().equals("tools/call"))
                .findFirst(), is(not(Optional.empty()))).orElseThrow();
    }

    @Test
    void aCallOverGrpcHasASpanAboveThoseOfRedis() {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), PARENT);
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.internalPort()).usePlaintext().build();
        try {
            assertThrows(StatusRuntimeException.class, () -> SessionServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .getSession(GetSessionRequest.newBuilder().setSessionId(alice.header("Mcp-Session-Id") + "x").build()));
            forget();
            SessionServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .getSession(GetSessionRequest.newBuilder().setSessionId(alice.header("Mcp-Session-Id")).build());
        } finally {
            channel.shutdownNow();
        }

        SpanData call = span("mcpsession.v1.SessionService/GetSession");
        assertThat(List.of(call.getTraceId(), call.getParentSpanId()), is(List.of(TRACE, CALLER)));
        assertThat(call.getAttributes().get(Names.RPC_STATUS), is(0L));
        assertThat(spans.getFinishedSpanItems().stream().filter(it -> it.getParentSpanId().equals(call.getSpanId()))
                .map(SpanData::getName).toList(), hasItem(startsWith("redis ")));
    }

    @Test
    void theAuditTrailNamesTheTrace() {
        try (LogCapture audit = new LogCapture("io.mcpsession.audit", Level.INFO)) {
            server.alice().with("traceparent", PARENT).call("initialize");

            assertThat(audit.at(Level.INFO).getFirst(), endsWith(" trace=" + TRACE));
        }
    }

    @Test
    void nothingThatARequestCarriesIsInASpanButItsMethodAndItsTool() {
        String path = "/" + TestServer.ALICE;
        alice.with("traceparent", PARENT, "X-Secret", "hush-0").tool("note_write", "name", "hush-1", "text", "hush-2");
        alice.call("tools/call", Json.createObjectBuilder().add("name", "hush 3").build());
        alice.call("hush-4");
        server.client("hush-5").call("ping");
        alice.in("hush-6").call("ping");
        McpClient.of(server.endpoint().resolve(path + "?hush-7"), TestServer.ALICE).call("ping");
        eventually(() -> spans.getFinishedSpanItems().stream().filter(it -> it.getName().startsWith("POST")).count(),
                is(6L));

        String all = String.join("\n", spans.getFinishedSpanItems().stream().flatMap(it -> Stream.of(it.getName(),
                it.getAttributes().toString(), it.getEvents().toString(), it.getStatus().toString(),
                it.getResource().getAttributes().toString())).toList());
        assertThat(all, not(containsString("hush")));
        assertThat(all, not(containsString("alice")));
        assertThat(all, not(containsString("127.0.0.1")));
        assertThat(all, not(containsString(alice.header("Mcp-Session-Id").substring(0, 12))));
        assertThat(all, containsString("note_write"));
        assertThat(all, containsString(Names.OTHER));
    }

    @Test
    void whatFailsIsMarkedWithoutItsMessage() {
        alice.with("Mcp-Session-Id", "x").call("no/such");

        assertThat(span(HTTP).getStatus().getStatusCode(), is(StatusCode.UNSET));
        assertThat(span(Names.OTHER).getEvents(), is(List.of()));
    }

    @Test
    void whoeverBeginsATraceDecidesWhetherItIsRecorded() {
        InMemorySpanExporter few = InMemorySpanExporter.create();
        AtomicInteger begun = new AtomicInteger();
        try (TestServer quiet = TestServer.traced(Map.of(), _ -> Offering.ofTools(List.of()), tracing(0, few, begun))) {
            McpClient client = quiet.alice().initialized();
            client.call("ping");
            client.with("traceparent", PARENT.replaceAll("01$", "00")).call("ping");
            client.with("traceparent", PARENT).call("tools/list");
            eventually(begun::get, is(0));

            assertThat(few.getFinishedSpanItems().stream().map(SpanData::getTraceId).distinct().toList(),
                    is(List.of(TRACE)));
            assertThat(few.getFinishedSpanItems().stream().map(SpanData::getName).toList(), not(hasItem("ping")));
        }
    }
}
