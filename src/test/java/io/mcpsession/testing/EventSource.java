package io.mcpsession.testing;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/** An event stream as a client reads it, one event at a time; it can break off whenever it likes. */
public final class EventSource implements AutoCloseable {

    private final HttpClient http;
    private final int status;
    private final HttpHeaders headers;
    private final InputStream body;
    private final BufferedReader lines;

    private EventSource(HttpClient.Version version, HttpRequest request) {
        this.http = HttpClient.newBuilder().version(version).build();
        try {
            if (version == HttpClient.Version.HTTP_2) {
                upgrade(request.uri());
            }
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            this.status = response.statusCode();
            this.headers = response.headers();
            this.body = response.body();
            this.lines = new BufferedReader(new InputStreamReader(body, UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public static EventSource post(McpClient client, String json) {
        return post(HttpClient.Version.HTTP_1_1, client, json);
    }

    public static EventSource post(HttpClient.Version version, McpClient client, String json) {
        return new EventSource(version, request(client, "application/json, text/event-stream")
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)).build());
    }

    public static EventSource get(McpClient client) {
        return get(HttpClient.Version.HTTP_1_1, client);
    }

    public static EventSource get(HttpClient.Version version, McpClient client) {
        return new EventSource(version, request(client, "text/event-stream").GET().build());
    }

    /** A GET with as many Accept headers. */
    public static EventSource accepting(McpClient client, String... accept) {
        return new EventSource(HttpClient.Version.HTTP_1_1, request(client, accept).GET().build());
    }

    /** A POST with as many Accept headers. */
    public static EventSource posting(McpClient client, String json, String... accept) {
        return new EventSource(HttpClient.Version.HTTP_1_1, request(client, accept)
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)).build());
    }

    /** The client of the JDK comes to HTTP/2 without TLS by a request that asks for it. */
    private void upgrade(URI uri) throws IOException, InterruptedException {
        HttpResponse<Void> response = http.send(HttpRequest.newBuilder(uri).method("OPTIONS", BodyPublishers.noBody())
                .build(), BodyHandlers.discarding());
        if (response.version() != HttpClient.Version.HTTP_2) {
            throw new AssertionError("no HTTP/2 at " + uri);
        }
    }

    private static HttpRequest.Builder request(McpClient client, String... accept) {
        HttpRequest.Builder request = client.to(HttpRequest.newBuilder(client.endpoint()));
        List.of(accept).forEach(value -> request.header("Accept", value));
        return request;
    }

    public int status() {
        return status;
    }

    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** The next event, or empty when the stream has ended. Comments are passed over. */
    public Optional<Event> next() {
        String id = "";
        String data = "";
        String retry = "";
        boolean any = false;
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && any) {
                    return Optional.of(new Event(id, data, retry));
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                    any = true;
                } else if (line.startsWith("data:")) {
                    data = line.substring(5).trim();
                    any = true;
                } else if (line.startsWith("retry: ")) {
                    retry = line.substring(7);
                    any = true;
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The next event that carries a message. */
    public Event message() {
        for (Optional<Event> event = next(); event.isPresent(); event = next()) {
            if (!event.get().data().isEmpty()) {
                return event.get();
            }
        }
        throw new AssertionError("the stream ended");
    }

    @Override
    public void close() {
        http.shutdownNow();
        try {
            body.close();
        } catch (IOException e) {
            // Broken off is broken off.
        }
    }

    /** One event. */
    public record Event(String id, String data, String retry) {

        public JsonObject json() {
            try (var reader = Json.createReader(new StringReader(data))) {
                return reader.readObject();
            }
        }
    }
}
