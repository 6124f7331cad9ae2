package io.mcpsession.bench;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that takes part in a race, and what its clients send. They do what the protocol asks of a client: open a
 * session, say that they are ready, call, and end the session.
 */
final class Racer implements Closeable {

    private static final Pattern READY = Pattern.compile("ready (\\d+)|Listening on: http://[^:]+:(\\d+)");
    private static final String INITIALIZED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
    /** A list of tools is longer, an error is shorter. */
    private static final int SHORTEST_LIST = 1000;

    private final String name;
    private final String path;
    private final String[] headers;
    private final ProcessHandle process;
    private final int port;
    private final Closeable end;

    private Racer(String name, String path, String[] headers, ProcessHandle process, int port, Closeable end) {
        this.name = name;
        this.path = path;
        this.headers = headers;
        this.process = process;
        this.port = port;
        this.end = end;
    }

    /** Ours, which has to be shown a token. */
    static Racer ours(UnderTest server) {
        return new Racer("this server, sessions in Redis", McpRequests.PATH, McpRequests.headers(0),
                server.process(), server.mcp(), server::close);
    }

    /**
     * Another one.
     *
     * @param line name, path and the words of the command, separated by tabs
     * @param file of the tools, which the command takes as its last word
     */
    static Racer start(String line, Path file) throws IOException {
        List<String> words = List.of(line.split("\t"));
        List<String> command = new ArrayList<>(words.subList(2, words.size()));
        command.add(file.toString());
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader out = process.inputReader();
        for (String text = out.readLine(); text != null; text = out.readLine()) {
            Matcher matcher = READY.matcher(text);
            if (matcher.find()) {
                // Somebody has to read on, or it blocks once the pipe is full.
                Thread.ofVirtual().name("racer-output").start(() -> out.lines().forEach(_ -> { }));
                int port = Integer.parseInt(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
                return new Racer(words.getFirst(), words.get(1),
                        new String[] {"Accept", "application/json, text/event-stream"}, process.toHandle(), port,
                        () -> end(process));
            }
        }
        throw new IOException(words.getFirst() + " ended before it was ready");
    }

    private static void end(Process process) throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String name() {
        return name;
    }

    /** What it answers to {@code tools/list}: JSON, or an event stream with it. */
    String tools() throws IOException {
        try (Connection connection = new Connection(port)) {
            String[] session = open(connection);
            String body = connection.body(Connection.request(path, McpRequests.LIST, session));
            connection.succeed(Connection.delete(path, session));
            return body;
        }
    }

    private String[] open(Connection connection) throws IOException {
        connection.succeed(Connection.request(path, McpRequests.INITIALIZE, headers));
        String[] session = new String[headers.length + 2];
        System.arraycopy(headers, 0, session, 0, headers.length);
        session[headers.length] = "Mcp-Session-Id";
        session[headers.length + 1] = connection.session();
        connection.succeed(Connection.request(path, INITIALIZED, session));
        return session;
    }

    /** Sessions with so many calls of {@code tools/list}, one session after the other. */
    Caller.Maker flow(int calls) {
        Connection.Work work = connection -> {
            String[] session = open(connection);
            byte[] list = Connection.request(path, McpRequests.LIST, session);
            for (int i = 0; i < calls; i++) {
                connection.succeed(list);
                if (connection.received() < SHORTEST_LIST) {
                    throw new IOException("not the tools");
                }
            }
            connection.succeed(Connection.delete(path, session));
            return calls + 3;
        };
        return work.on(port);
    }

    /** Pings, each client in a session of its own. */
    Caller.Maker pings() {
        return () -> {
            Connection connection = new Connection(port);
            String[] session = open(connection);
            byte[] ping = Connection.request(path, McpRequests.PING, session);
            return new Caller() {
                @Override
                public int once() throws IOException {
                    connection.succeed(ping);
                    return 1;
                }

                @Override
                public void close() throws IOException {
                    try (connection) {
                        connection.exchange(Connection.delete(path, session));
                    } catch (IOException e) {
                        // The connection is broken, and that was counted; the session ends when nobody uses it.
                    }
                }
            };
        };
    }

    double cpuMillis() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
    }

    @Override
    public void close() throws IOException {
        end.close();
    }
}
