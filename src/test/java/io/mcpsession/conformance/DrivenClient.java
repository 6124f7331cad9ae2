package io.mcpsession.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/** An official TypeScript client in a process of its own. It ends when its standard input does. */
final class DrivenClient implements ClientOnALeash {

    private static final Path HOME = Path.of("src", "test", "conformance");

    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;

    /**
     * @param name as {@code connections.mjs} has it
     */
    DrivenClient(String name, URI endpoint, String token) {
        try {
            ProcessBuilder builder = new ProcessBuilder(Path.of("node_modules", ".bin", "node").toString(), "driver.mjs",
                    name, endpoint.toString()).directory(HOME.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("MCP_DEV_TOKEN", token);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("install the clients first: npm ci in " + HOME, e);
        }
        in = new PrintStream(process.getOutputStream(), true, UTF_8);
        out = process.inputReader(UTF_8);
        said();
    }

    @Override
    public String call() {
        in.println(TOOL);
        return said();
    }

    private String said() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new IllegalStateException("the client is gone");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        in.close();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
