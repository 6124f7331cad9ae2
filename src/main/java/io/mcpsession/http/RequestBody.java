package io.mcpsession.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mcpsession.http2.BodyWait;
import io.mcpsession.jsonrpc.Body;
import io.mcpsession.jsonrpc.JsonLimits;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.limit.BudgetExhaustedException;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.mcp.McpErrors;
import io.mcpsession.session.Principal;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Reads the body of a POST as JSON-RPC, within bounds. */
final class RequestBody {

    private static final String JSON = "application/json";
    private static final Header UNENCODED = HeaderValues.createCached("Accept-Encoding", "identity");
    private static final int LENGTH_UNKNOWN = -1;
    private static final int FIRST_PIECE = 8192;
    private static final String NO_MEMORY = "Too Many Requests: more is being read than there is memory for";

    private final int maxBytes;
    private final JsonLimits limits;
    private final Duration patience;
    private final ByteBudget memory;

    /**
     * @param maxValues most JSON values of one body: a short text can hold a million, and each takes its memory
     * @param patience  how long a body may take. The socket's own timeout begins anew with every byte
     * @param memory    of all bodies together, beyond the first few kilobytes of each
     */
    RequestBody(int maxBytes, int maxValues, Duration patience, ByteBudget memory) {
        this.maxBytes = maxBytes;
        this.limits = JsonLimits.ofValues(maxValues);
        this.patience = patience;
        this.memory = memory;
    }

    /** What a request of one user holds in memory; to be closed when it is answered. */
    ByteBudget.Share memory(Principal caller) {
        return memory.share(caller);
    }

    /**
     * @param held takes what the body takes
     * @throws Refusal 415 for another content type or a coding, 413 for a body that is too large, 429 when there is no
     *                 memory for it
     * @throws io.mcpsession.jsonrpc.MalformedMessageException when it is no JSON-RPC
     */
    Body read(ServerRequest request, ByteBudget.Share held) {
        if (!isJson(request)) {
            throw new Refusal(Status.UNSUPPORTED_MEDIA_TYPE_415, RpcError.INVALID_REQUEST,
                    "Unsupported Media Type: Content-Type must be application/json");
        }
        refuseCodings(request);
        long announced = request.headers().contentLength().orElse(LENGTH_UNKNOWN);
        if (announced > maxBytes) {
            throw tooLarge();
        }
        try {
            return JsonRpc.parse(bytes(request, (int) announced, held), limits.heldBy(held::take));
        } catch (BudgetExhaustedException e) {
            throw new Refusal(Status.TOO_MANY_REQUESTS_429, McpErrors.TOO_MANY_REQUESTS, NO_MEMORY, McpHeaders.RETRY_SOON);
        }
    }

    /** What is not sent as it is (RFC 9110, sections 8.4 and 15.5.16). */
    private static void refuseCodings(ServerRequest request) {
        if (request.headers().contains(HeaderNames.CONTENT_ENCODING) && request.headers()
                .get(HeaderNames.CONTENT_ENCODING).allValues().stream()
                .flatMap(value -> Stream.of(value.split(",")))
                .map(String::trim)
                .anyMatch(coding -> !coding.isEmpty() && !coding.equalsIgnoreCase("identity"))) {
            throw new Refusal(Status.UNSUPPORTED_MEDIA_TYPE_415, RpcError.INVALID_REQUEST,
                    "Unsupported Media Type: the body must have no Content-Encoding", UNENCODED);
        }
    }

    private static boolean isJson(ServerRequest request) {
        return request.headers().first(HeaderNames.CONTENT_TYPE).filter(RequestBody::isJson).isPresent();
    }

    private static boolean isJson(String type) {
        int parameters = type.indexOf(';');
        // Case-insensitive (RFC 9110, section 8.3.1).
        return JSON.equalsIgnoreCase((parameters < 0 ? type : type.substring(0, parameters)).trim());
    }

    private byte[] bytes(ServerRequest request, int announced, ByteBudget.Share held) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        byte[] bytes;
        boolean cutShort;
        try {
            // Not closed here: closing reads on, which nobody should wait for once the body is refused.
            bytes = read(request, announced, held);
        } catch (Refusal | BudgetExhaustedException e) {
            throw e;
        } catch (RequestException e) {
            throw unreadable(e.status());
        } catch (RuntimeException | IOException e) {
            // The client went away or was too slow, or its chunks are none: Helidon has an exception for each.
            throw unreadable(Status.BAD_REQUEST_400);
        } finally {
            // HTTP/2 lets a read take for ever, so that its patience cannot be looked at here.
            cutShort = BodyWait.cutShort();
        }
        if (cutShort) {
            throw tooSlow(request);
        }
        if (bytes.length > maxBytes) {
            throw tooLarge();
        }
        return bytes;
    }

    /** Takes memory as the bytes come, whatever length was announced; ends at the first byte too many. */
    private byte[] read(ServerRequest request, int announced, ByteBudget.Share held) throws IOException {
        InputStream in = request.content().inputStream();
        long began = System.nanoTime();
        byte[] body = new byte[announced < 0 ? FIRST_PIECE : Math.min(announced, FIRST_PIECE)];
        int length = 0;
        while (length <= maxBytes) {
            if (length == body.length) {
                int next = in.read();
                if (next < 0) {
                    break;
                }
                int larger = larger(length, announced);
                held.take(larger - length);
                body = Arrays.copyOf(body, larger);
                body[length++] = (byte) next;
            }
            int read = in.read(body, length, body.length - length);
            if (read < 0) {
                break;
            }
            length += read;
            if (System.nanoTime() - began > patience.toNanos()) {
                throw tooSlow(request);
            }
        }
        return length == body.length ? body : Arrays.copyOf(body, length);
    }

    private static int larger(int length, int announced) {
        int twice = Math.max(FIRST_PIECE, 2 * length);
        return announced > length ? Math.min(announced, twice) : twice;
    }

    private static Refusal tooSlow(ServerRequest request) {
        Refusal refusal = unreadable(Status.REQUEST_TIMEOUT_408);
        // HTTP/2 forbids the header, and knows where the next request begins.
        return request.prologue().protocolVersion().startsWith("1")
                ? refusal
                : new Refusal(refusal.status(), List.of(), refusal.error(), refusal.id());
    }

    /** Where the body ends is not known, so neither is where the next request begins. */
    private static Refusal unreadable(Status status) {
        return new Refusal(status, RpcError.INVALID_REQUEST, status.reasonPhrase() + ": the body cannot be read",
                HeaderValues.CONNECTION_CLOSE);
    }

    private Refusal tooLarge() {
        return new Refusal(Status.REQUEST_ENTITY_TOO_LARGE_413, RpcError.INVALID_REQUEST,
                "Payload Too Large: a message takes at most " + maxBytes + " bytes");
    }
}
