package io.mcpsession.auth;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.mcpsession.jsonrpc.Json;
import io.mcpsession.jsonrpc.JsonLimits;
import io.mcpsession.jsonrpc.JsonRefusedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Fetches small JSON documents of issuers, and waits for none of them long. */
final class Documents {

    private static final Duration CONNECT = Duration.ofSeconds(1);
    /** Requests with a token of an issuer never seen before wait for this: within what clients take for an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int LARGEST = 512 * 1024;
    /** Hundreds of keys take less. */
    private static final JsonLimits LIMITS = JsonLimits.ofValues(10_000);

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            // An issuer is trusted by its address; whoever it points to is not.
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /**
     * @throws IOException when there is no such document, or none that is a JSON object, or not in time
     */
    Map<String, Object> get(URI address) throws IOException {
        return fetch(HttpRequest.newBuilder(address).GET());
    }

    Map<String, Object> fetch(HttpRequest.Builder request) throws IOException {
        HttpRequest ready = request.header("Accept", "application/json").build();
        // The timeout of a request would end with the headers of its answer.
        Future<HttpResponse<byte[]>> future = http.sendAsync(ready,
                BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
        try {
            HttpResponse<byte[]> response = future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new IOException(ready.uri() + " answered with status " + response.statusCode());
            }
            // The library of tokens reads maps of its own, and has no limit but the length.
            Json.parseForeign(response.body(), LIMITS);
            return JSONObjectUtils.parse(new String(response.body(), UTF_8));
        } catch (TimeoutException e) {
            throw new IOException(ready.uri() + " did not answer within " + PATIENCE.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(ready.uri() + " cannot be read: " + e.getCause().getClass().getSimpleName(),
                    e.getCause());
        } catch (JsonRefusedException e) {
            throw new IOException(ready.uri() + " cannot be read: it " + e.getMessage());
        } catch (ParseException e) {
            // Without the cause: its message may quote what was read.
            throw new IOException(ready.uri() + " is no JSON object");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + ready.uri(), e);
        } finally {
            future.cancel(true);
        }
    }
}
