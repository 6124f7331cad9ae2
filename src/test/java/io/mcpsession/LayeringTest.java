package io.mcpsession;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Who may import whom. A package that is not in the table may import nothing. */
class LayeringTest {

    private static final Path SOURCES = Path.of("src/main/java/io/mcpsession");
    private static final int LARGEST_FILE = 12 * 1024;
    private static final Pattern IMPORT = Pattern.compile("^import (?:static |module )?([\\w.*]+);", Pattern.MULTILINE);
    private static final Pattern WRITTEN_OUT =
            // Session and Principal are names of the generated messages as well.
            Pattern.compile("\\b(?!io\\.mcpsession\\.(session\\.Session|v1\\.Principal)\\b)(io\\.(mcpsession|helidon|netty|grpc)|org\\.redisson|jakarta\\.json)\\.[\\w.]*[A-Z]");

    /** What a package may import besides the JDK and itself. Nothing may import the root. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("session", List.of()),
            Map.entry("jsonrpc", List.of(ours("limit"), "jakarta.json.")),
            Map.entry("auth", List.of(ours("session"), ours("jsonrpc"), "com.github.benmanes.caffeine.", "com.nimbusds.")),
            Map.entry("limit", List.of(ours("session"), "com.github.benmanes.caffeine.")),
            Map.entry("relay", List.of(ours("session"))),
            Map.entry("handler", List.of(ours("session"), ours("jsonrpc"), "jakarta.json.")),
            Map.entry("redis", List.of(ours("session"), ours("jsonrpc"), ours("auth"), ours("limit"), ours("relay"), "org.redisson.", "io.netty.",
                    "jakarta.json.", "redis.embedded.")),
            Map.entry("mcp", List.of(ours("session"), ours("jsonrpc"), ours("handler"), ours("relay"), ours("limit"),
                    "jakarta.json.")),
            Map.entry("schema", List.of(ours("mcp.schema"), ours("jsonrpc"), "jakarta.json.")),
            Map.entry("mcpclient", List.of(ours("jsonrpc"), ours("limit"), "jakarta.json.")),
            Map.entry("upstream", List.of(ours("session"), ours("jsonrpc"), ours("handler"), ours("relay"), ours("limit"),
                    ours("mcp"), ours("mcpclient"), "com.nimbusds.", "jakarta.json.")),
            Map.entry("tools", List.of(ours("handler"), ours("jsonrpc"), ours("session"), "jakarta.json.")),
            Map.entry("http", List.of(ours("session"), ours("jsonrpc"), ours("handler"), ours("mcp"), ours("relay"),
                    ours("auth"), ours("limit"), ours("http2"), ours("connection"), "io.helidon.", "jakarta.json.")),
            Map.entry("connection", List.of(ours("limit"), "io.helidon.")),
            Map.entry("listener", List.of("io.helidon.")),
            Map.entry("http1", List.of(ours("connection"), ours("limit"), "io.helidon.")),
            Map.entry("http2", List.of(ours("connection"), ours("http1"), ours("limit"), "io.helidon.", "io.netty.")),
            Map.entry("grpc", List.of(ours("session"), ours("http2"), ours("connection"), ours("auth"), ours("relay"),
                    ours("limit"), ours("v1"), ours("envoy"), "io.grpc.", "com.google.protobuf.", "com.google.rpc.", "io.helidon.webserver.grpc.", "io.helidon.grpc.")),
            Map.entry("ops", List.of(ours("session"), ours("auth"), ours("jsonrpc"), "jakarta.json.", "io.helidon.")),
            Map.entry("settings", List.of(ours("session"), ours("jsonrpc"), ours("auth"), ours("http"), ours("redis"),
                    ours("limit"), ours("ops"), ours("tracing"), ours("mcp"), ours("mcpclient"), ours("upstream"), "com.nimbusds.jose.jwk.",
                    "io.helidon.config.")),
            Map.entry("tracing", List.of(ours("http"), ours("jsonrpc"), ours("redis"), "io.opentelemetry.", "io.grpc.",
                    "io.helidon.http.", "io.helidon.webserver.http.", "io.helidon.logging.", "jakarta.json.")),
            Map.entry("cli", List.of(ours("v1"), ours("jsonrpc"), "io.grpc.", "com.google.protobuf.", "com.google.rpc.",
                    "jakarta.json.", ours("auth"), ours("ops"), ours("redis"), ours("settings"), ours("session"),
                    "picocli.",
                    // The client's type: commands close what they open.
                    "org.redisson.api.RedissonClient")));

    @Test
    void packagesImportOnlyWhatTheyMay() {
        Set<String> offences = new TreeSet<>();
        for (Path file : files()) {
            String folder = SOURCES.relativize(file).getParent() == null ? "" : file.getParent().getFileName().toString();
            if (!folder.isEmpty()) {
                imports(file).filter(mayNotBeImportedBy(folder))
                        .forEach(name -> offences.add(folder + " must not import " + name));
            }
        }
        assertThat(offences, is(empty()));
    }

    private static Predicate<String> mayNotBeImportedBy(String folder) {
        return name -> !name.startsWith("java.") && !name.startsWith("javax.") && !name.startsWith(ours(folder))
                && MAY_IMPORT.getOrDefault(folder, List.of()).stream().noneMatch(name::startsWith);
    }

    @Test
    void theCoreKnowsNothingButTheLanguage() {
        List<Path> core = files().stream().filter(file -> file.startsWith(SOURCES.resolve("session"))).toList();
        Set<String> foreign = core.stream()
                .flatMap(LayeringTest::imports)
                .filter(name -> !name.startsWith("java.") && !name.startsWith("javax.crypto.")
                        && !name.startsWith(ours("session")))
                .collect(Collectors.toSet());
        assertThat(core, is(not(empty())));
        assertThat(foreign, is(empty()));
    }

    @Test
    void nothingIsNamedPastTheImports() {
        Set<String> offences = new TreeSet<>();
        for (Path file : files()) {
            text(file).lines()
                    .filter(line -> !line.startsWith("import ") && !line.startsWith("package ")
                            && !line.stripLeading().startsWith("*") && !line.stripLeading().startsWith("/*")
                            && !line.stripLeading().startsWith("//"))
                    .filter(line -> WRITTEN_OUT.matcher(line.replaceAll("\"[^\"]*\"", "")).find())
                    .forEach(line -> offences.add(file.getFileName() + ": " + line.strip()));
        }
        assertThat(offences, is(empty()));
    }

    @Test
    void noFileIsLong() {
        assertThat(files().stream().filter(file -> file.toFile().length() > LARGEST_FILE).toList(), is(empty()));
    }

    @Test
    void jsonFactoriesAreNotLookedUpOnEveryCall() {
        // jakarta.json.Json asks ServiceLoader each time it is used.
        assertThat(files().stream().filter(file -> imports(file).anyMatch("jakarta.json.Json"::equals)).toList(),
                is(empty()));
    }

    @Test
    void everyPackageSaysWhatItIs() {
        Set<Path> folders = files().stream().map(Path::getParent).collect(Collectors.toSet());
        assertThat(folders.stream().filter(folder -> !Files.exists(folder.resolve("package-info.java"))).toList(),
                is(empty()));
    }

    private static String ours(String folder) {
        return "io.mcpsession." + folder + ".";
    }

    private static List<Path> files() {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> imports(Path file) {
        return IMPORT.matcher(text(file)).results().map(match -> match.group(1));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
