package io.mcpsession.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mcpsession.auth.AuthResult;
import io.mcpsession.jsonrpc.RpcError;
import io.mcpsession.limit.Buckets;
import io.mcpsession.mcp.McpErrors;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Slows callers down that send too much: by their address before anything else, by the user once it is known. */
public final class RequestRates {

    private static final Logger LOG = System.getLogger(RequestRates.class.getName());

    private final Buckets addresses;
    private final Buckets users;
    private final ClientAddress address;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * @param proxies how many proxies of ours stand before this server
     */
    public RequestRates(Buckets addresses, Buckets users, int proxies) {
        this.addresses = addresses;
        this.users = users;
        this.address = new ClientAddress(proxies);
    }

    String address(ServerRequest request) {
        return address.of(request);
    }

    /** The same as it is counted. */
    String network(ServerRequest request) {
        if (address.isLikelyAProxys(request) && warned.compareAndSet(false, true)) {
            LOG.log(Level.WARNING, "requests come with X-Forwarded-For and mcp.limits.proxies is 0: all who come through"
                    + " one proxy are counted as one address");
        }
        return address.counted(request);
    }

    /**
     * @param network of the caller
     * @throws Refusal 429
     */
    void admit(String network) {
        addresses.take(network).ifPresent(RequestRates::refuse);
    }

    /**
     * @throws Refusal 429
     */
    void admit(AuthResult.Accepted caller) {
        // Callers without a token are one user to the rest of the server; here they are held apart by their address.
        if (!caller.anonymous()) {
            users.take(caller.principal().fingerprint()).ifPresent(RequestRates::refuse);
        }
    }

    /** What a caller is counted as: callers without a token are held apart by their address here too. */
    String counted(AuthResult.Accepted caller, ServerRequest request) {
        return caller.anonymous()
                ? "address:" + network(request)
                : caller.principal().fingerprint();
    }

    private static void refuse(Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        throw new Refusal(Status.TOO_MANY_REQUESTS_429, McpErrors.TOO_MANY_REQUESTS, "Too Many Requests: slow down",
                HeaderValues.create(HeaderNames.RETRY_AFTER, Long.toString(seconds)));
    }
}
