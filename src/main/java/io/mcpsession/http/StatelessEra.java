package io.mcpsession.http;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.handler.CallCancelledException;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.mcp.Cancellation;
import io.mcpsession.mcp.Era;
import io.mcpsession.mcp.Handles;
import io.mcpsession.mcp.McpErrors;
import io.mcpsession.mcp.StatelessCall;
import io.mcpsession.mcp.StatelessMethods;
import io.mcpsession.session.Principal;
import jakarta.json.JsonObject;
import java.util.Optional;

/** POSTs of the stateless era. Never reads, makes or echoes a session id. */
public final class StatelessEra {

    private final StatelessMethods methods;
    private final ListenStreams listening;
    private final Handles handles;
    private final SlowCalls slowCalls;
    private final StreamLimits limits;

    public StatelessEra(StatelessMethods methods, ListenStreams listening, Handles handles, SlowCalls slowCalls,
                        StreamLimits limits) {
        this.methods = methods;
        this.listening = listening;
        this.handles = handles;
        this.slowCalls = slowCalls;
        this.limits = limits;
    }

    /**
     * @param conversation what the client calls the conversation; empty when it does not say
     */
    void answer(Principal caller, Optional<String> conversation, Era.Stateless era, Message.Request request,
                Recipient recipient) {
        if (request.method().equals(StatelessMethods.LISTEN)) {
            recipient.accepts().requireStream();
            listening.serve(caller, request, recipient);
            return;
        }
        Cancellation cancellation = new Cancellation();
        // A client that closes the stream has cancelled the call (2026-07-28, Streamable HTTP, Cancellation).
        PostReply reply = PostReply.cancellable(recipient, limits, cancellation::cancel);
        Runnable ending;
        try (SlowCalls.Watch _ = slowCalls.watch(request.method(), reply)) {
            JsonObject result = run(caller, conversation, era, request, reply, cancellation);
            ending = () -> reply.finish(result);
        } catch (RpcException e) {
            ending = () -> reply.finish(JsonRpc.error(Optional.of(request.id()), e.error()), statusOf(e.error()));
        } catch (CallCancelledException e) {
            ending = reply::abandon;
        } catch (RuntimeException e) {
            ending = () -> reply.fail(e, request.id());
        } finally {
            cancellation.finish();
        }
        ending.run();
    }

    private JsonObject run(Principal caller, Optional<String> conversation, Era.Stateless era, Message.Request request,
                           PostReply reply, Cancellation cancellation) {
        try {
            StatelessCall call = new StatelessCall(caller, conversation, era, request, reply, handles, cancellation,
                    () -> methods.earlierAnswers(caller, request));
            return JsonRpc.result(request.id(), methods.answer(call, request));
        } catch (RpcException e) {
            throw e;
        } catch (RuntimeException e) {
            // Whatever an interrupted handler makes of its interruption, its call was cancelled.
            throw cancellation.cancelled() ? new CallCancelledException() : e;
        }
    }

    /** 2026-07-28 gives some errors a status; the others are answers like any other. */
    private static Status statusOf(RpcError error) {
        return switch (error.code()) {
            case RpcError.METHOD_NOT_FOUND -> Status.NOT_FOUND_404;
            case McpErrors.MISSING_CAPABILITY, McpErrors.HEADER_MISMATCH, McpErrors.UNSUPPORTED_VERSION ->
                    Status.BAD_REQUEST_400;
            default -> Status.OK_200;
        };
    }
}
