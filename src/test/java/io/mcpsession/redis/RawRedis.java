package io.mcpsession.redis;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What redis-cli would show: one plain connection that shares nothing with the client under test. */
final class RawRedis implements AutoCloseable {

    private static final Pattern COMMAND_STATISTICS = Pattern.compile("cmdstat_(\\S+?):calls=(\\d+)");

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawRedis(URI address) {
        try {
            socket = new Socket(address.getHost(), address.getPort());
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text(String... command) {
        return (String) call(command);
    }

    long number(String... command) {
        return (Long) call(command);
    }

    List<String> texts(String... command) {
        return ((List<?>) call(command)).stream().map(String.class::cast).toList();
    }

    /** How often each command was executed since the server started, those of scripts included. */
    Map<String, Long> commandCounts() {
        return COMMAND_STATISTICS.matcher(text("INFO", "commandstats")).results()
                .collect(Collectors.toMap(match -> match.group(1), RawRedis::calls));
    }

    private static Long calls(MatchResult match) {
        return Long.valueOf(match.group(2));
    }

    synchronized Object call(String... command) {
        try {
            out.write(("*" + command.length + "\r\n").getBytes(UTF_8));
            for (String part : command) {
                byte[] bytes = part.getBytes(UTF_8);
                out.write(("$" + bytes.length + "\r\n").getBytes(UTF_8));
                out.write(bytes);
                out.write("\r\n".getBytes(UTF_8));
            }
            out.flush();
            return answer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Object answer() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> Long.valueOf(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> array(Integer.parseInt(rest));
            default -> throw new IllegalStateException(line);
        };
    }

    private String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        String text = new String(in.readNBytes(length), UTF_8);
        line();
        return text;
    }

    private List<Object> array(int length) throws IOException {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            list.add(answer());
        }
        return list;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new IOException("Redis closed the connection");
            }
            line.append((char) c);
        }
        in.read();
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
