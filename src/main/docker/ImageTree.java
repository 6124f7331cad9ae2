import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the files of the image that are not jars: a trimmed Java runtime, the C library it needs, the arguments of the
 * JVM, and a cache of what a start loads and links (JEP 514). Run by the profile "image" and by the Dockerfile, on the
 * JDK that is to be in the image: {@code java ImageTree.java target mcp-session-server-1.0}.
 */
public final class ImageTree {

    /** What the jars refer to; jdeps cannot tell, because one of them is a module that lacks another. */
    private static final String MODULES = String.join(",", "java.base", "java.desktop", "java.logging",
            "java.management", "java.naming", "java.net.http", "java.security.jgss", "java.security.sasl", "java.sql",
            "java.xml", "jdk.crypto.ec", "jdk.jfr", "jdk.management", "jdk.naming.dns", "jdk.net", "jdk.unsupported",
            "jdk.zipfs");
    private static final List<String> C_LIBRARY = List.of("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0",
            "librt.so.1", "libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2");
    private static final List<String> JVM = List.of(
            // Of the container's limit; Netty's buffers and the JVM itself need the rest.
            "-XX:MaxRAMPercentage=60",
            // Kubernetes starts another.
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    private static final String MAIN = "io.mcpsession.Main";
    /** What jib gives all files: the cache is good only for jars of the same size and time. */
    private static final FileTime TIME = FileTime.from(Instant.ofEpochSecond(1));
    private static final String TOKEN = "training";

    private final Path target;
    private final Path system;
    private final Path training;
    private final Path cache;
    private final List<String> classPath;

    private ImageTree(Path target, String name) throws IOException {
        this.target = target.toAbsolutePath();
        this.system = this.target.resolve("image/system");
        this.training = this.target.resolve("image/training");
        this.cache = this.target.resolve("image/cache/app/start.aot");
        try (Stream<Path> libs = Files.list(this.target.resolve("libs"))) {
            this.classPath = Stream.concat(Stream.of("app/classpath/" + name + ".jar"),
                    libs.map(lib -> "app/libs/" + lib.getFileName()).sorted()).toList();
        }
    }

    public static void main(String[] arguments) throws Exception {
        ImageTree tree = new ImageTree(Path.of(arguments[0]), arguments[1]);
        tree.clean();
        tree.runtime();
        tree.cLibrary();
        tree.etc();
        tree.arguments();
        tree.train();
    }

    private void clean() throws IOException {
        Path image = target.resolve("image");
        if (Files.exists(image)) {
            try (Stream<Path> files = Files.walk(image)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(system.resolve("app"));
        Files.createDirectories(system.resolve("tmp"));
        Files.createDirectories(cache.getParent());
    }

    private void runtime() {
        PrintStream out = System.out;
        int status = ToolProvider.findFirst("jlink").orElseThrow(() -> new IllegalStateException("no JDK with jlink"))
                .run(out, out, "--add-modules", MODULES, "--no-header-files", "--no-man-pages",
                        "--strip-java-debug-attributes", "--output", system.resolve("app/runtime").toString());
        if (status != 0) {
            throw new IllegalStateException("jlink failed");
        }
    }

    /** Of the machine that builds: the JDK asks for no newer one. */
    private void cLibrary() throws IOException {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        Path libraries = Path.of(arm ? "/lib/aarch64-linux-gnu" : "/lib/x86_64-linux-gnu");
        copy(Path.of(arm ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2"));
        for (String library : C_LIBRARY) {
            copy(libraries.resolve(library));
        }
    }

    private void copy(Path file) throws IOException {
        Path copy = system.resolve(Path.of("/").relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file.toRealPath(), copy, StandardCopyOption.REPLACE_EXISTING);
    }

    private void etc() throws IOException {
        Path etc = Files.createDirectories(system.resolve("etc"));
        Files.writeString(etc.resolve("passwd"), "root:x:0:0::/:\nmcp:x:65532:65532::/tmp:\n");
        Files.writeString(etc.resolve("group"), "root:x:0:\nmcp:x:65532:\n");
        Files.writeString(etc.resolve("nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
    }

    /** For {@code java @/app/java.args}; a command such as {@code token create} may follow. */
    private void arguments() throws IOException {
        List<String> lines = new ArrayList<>(JVM);
        lines.add("-XX:AOTCache=/app/start.aot");
        // It warns, on standard output, of single stubs that it cannot use on another processor.
        lines.add("-Xlog:aot*=error");
        lines.add("-cp " + classPath.stream().map(jar -> "/" + jar).collect(Collectors.joining(":")));
        lines.add(MAIN);
        Files.write(system.resolve("app/java.args"), lines);
    }

    /** Starts the server once as in the image, has it do what it will do, and ends it: then it writes the cache. */
    private void train() throws IOException, InterruptedException {
        Files.createDirectories(training.resolve("app/classpath"));
        Files.createDirectories(training.resolve("app/libs"));
        for (String jar : classPath) {
            Path name = Path.of(jar).getFileName();
            Path from = jar.startsWith("app/libs") ? target.resolve("libs").resolve(name) : target.resolve(name);
            Files.setLastModifiedTime(Files.copy(from, training.resolve(jar)), TIME);
        }
        try (Stream<Path> files = Files.walk(system)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, TIME);
            }
        }
        List<String> command = new ArrayList<>(List.of(system.resolve("app/runtime/bin/java").toString(),
                "-XX:AOTCacheOutput=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"));
        command.addAll(JVM);
        command.addAll(List.of("-cp", classPath.stream().map(jar -> training.resolve(jar).toString())
                .collect(Collectors.joining(":")), MAIN));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("SERVER_PORT", "0", "SERVER_SOCKETS_0_PORT", "0",
                "SERVER_SOCKETS_1_PORT", "0", "MCP_DEV_TOKEN", TOKEN));
        Process server = builder.start();
        var output = server.inputReader();
        String line = output.readLine();
        while (line != null && !line.startsWith("  MCP ")) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("the server did not start");
        }
        Thread.ofVirtual().start(() -> output.lines().forEach(_ -> { }));
        exercise(URI.create(line.replaceAll(".* ", "")));
        server.toHandle().destroy();
        if (!server.waitFor(2, TimeUnit.MINUTES) || !Files.exists(cache)) {
            throw new IllegalStateException("there is no cache");
        }
    }

    private static void exercise(URI endpoint) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint).header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json").header("Accept", "application/json, text/event-stream");
        String session = client.send(request.POST(BodyPublishers.ofString(message("initialize", "{}"))).build(),
                BodyHandlers.ofString()).headers().firstValue("Mcp-Session-Id").orElseThrow();
        request.header("Mcp-Session-Id", session);
        for (int i = 0; i < 100; i++) {
            for (String body : List.of(message("ping", "{}"), message("tools/list", "{}"),
                    message("tools/call", "{\"name\":\"session_info\"}"),
                    message("tools/call", "{\"name\":\"note_set\",\"arguments\":{\"name\":\"n\",\"text\":\"t\"}}"))) {
                client.send(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
            }
        }
        client.send(request.DELETE().build(), BodyHandlers.ofString());
    }

    private static String message(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
    }
}
