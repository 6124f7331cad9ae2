package io.mcpsession.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** Sees every command that reaches a Redis from outside, as the command's words; what scripts do is left out. */
final class RedisMonitor implements AutoCloseable {

    private static final String BY_A_SCRIPT = "lua]";

    private final Socket socket;
    private final BufferedReader lines;

    RedisMonitor(URI redis) throws IOException {
        socket = new Socket(redis.getHost(), redis.getPort());
        socket.setSoTimeout(10_000);
        lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        socket.getOutputStream().write("MONITOR\r\n".getBytes(UTF_8));
        lines.readLine();
    }

    /** The commands up to and with the first that fits; waits for that one for ten seconds. */
    List<List<String>> until(Predicate<List<String>> last) throws IOException {
        List<List<String>> seen = new ArrayList<>();
        while (true) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("Redis closed the connection");
            }
            int words = line.indexOf("] \"");
            if (words < 0 || line.startsWith(BY_A_SCRIPT, words + 1 - BY_A_SCRIPT.length())) {
                continue;
            }
            List<String> command = words(line.substring(words + 2));
            seen.add(command);
            if (last.test(command)) {
                return seen;
            }
        }
    }

    /** Words in quotes, in which a backslash takes the next character as it is, or two hexadecimal digits after x. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inside = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                if (inside) {
                    words.add(word.toString());
                    word.setLength(0);
                }
                inside = !inside;
            } else if (inside && c == '\\') {
                i++;
                char escaped = line.charAt(i);
                if (escaped == 'x') {
                    word.append((char) Integer.parseInt(line, i + 1, i + 3, 16));
                    i += 2;
                } else {
                    word.append(switch (escaped) {
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        case 'a' -> '\u0007';
                        case 'b' -> '\b';
                        default -> escaped;
                    });
                }
            } else if (inside) {
                word.append(c);
            }
        }
        return words;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
