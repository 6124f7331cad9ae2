package io.mcpsession.testing;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/** An answer that is an event stream, read as it comes. Closing it is going away. */
public final class LiveStream implements AutoCloseable {

    /** One event; {@code data} is empty for an event that only tells its id. */
    public record Event(String id, String data) {

        public JsonObject json() {
            try (JsonReader reader = Json.createReader(new StringReader(data))) {
                return reader.readObject();
            }
        }
    }

    private final HttpClient http;
    private final HttpResponse<InputStream> response;
    private final BlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();

    private LiveStream(HttpClient http, HttpRequest request) {
        this.http = http;
        try {
            this.response = http.send(request, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Thread.ofVirtual().start(this::read);
    }

    /** Posts a message on a connection of its own. */
    public static LiveStream post(McpClient client, String json, String... headers) {
        HttpRequest.Builder request = request(client, headers).header("Content-Type", "application/json");
        return new LiveStream(connection(), request.POST(BodyPublishers.ofString(json)).build());
    }

    /** Opens a stream of server messages. */
    public static LiveStream get(McpClient client, String... headers) {
        return new LiveStream(connection(), request(client, headers).GET().build());
    }

    private static HttpClient connection() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static HttpRequest.Builder request(McpClient client, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(client.endpoint())
                .header("Authorization", client.header("Authorization"))
                .header("Accept", "application/json, text/event-stream");
        return headers.length == 0 ? request : request.headers(headers);
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
            List<String> event = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    take(event);
                    event.clear();
                } else {
                    event.add(line);
                }
            }
        } catch (IOException e) {
            // Broken off, by us or by the server: either way it is over.
        } finally {
            events.add(Optional.empty());
        }
    }

    private void take(List<String> lines) {
        Optional<String> data = field("data", lines);
        data.ifPresent(it -> events.add(Optional.of(new Event(field("id", lines).orElse(""), it))));
    }

    private static Optional<String> field(String name, List<String> lines) {
        return lines.stream().filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).trim()).findFirst();
    }

    public int status() {
        return response.statusCode();
    }

    public Optional<String> header(String name) {
        return response.headers().firstValue(name);
    }

    /** The next event, waited for; empty at the end. */
    public Optional<Event> next() {
        try {
            Optional<Event> event = events.poll(10, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("nothing came within 10 s");
            }
            return event;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next message, waited for. */
    public JsonObject message() {
        while (true) {
            Event event = next().orElseThrow(() -> new AssertionError("the stream is over"));
            if (!event.data().isEmpty()) {
                return event.json();
            }
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
