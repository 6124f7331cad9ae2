package io.mcpsession.redis;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class EmbeddedRedisTest {

    private static boolean answers(URI address) {
        try (RawRedis redis = new RawRedis(address)) {
            return redis.text("PING").equals("PONG");
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static boolean refuses(URI address) {
        try (Socket _ = new Socket(address.getHost(), address.getPort())) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static String setting(URI address, String name) {
        try (RawRedis redis = new RawRedis(address)) {
            return redis.texts("CONFIG", "GET", name).get(1);
        }
    }

    @Test
    void aStartedServerAnswersAndAClosedOneDoesNot() {
        EmbeddedRedis server = EmbeddedRedis.start();
        assertThat(answers(server.address()), is(true));

        server.close();

        assertThat(refuses(server.address()), is(true));
    }

    @Test
    void twoServersAreTwo() {
        try (EmbeddedRedis one = EmbeddedRedis.start(); EmbeddedRedis other = EmbeddedRedis.start()) {
            assertThat(one.address(), is(not(other.address())));
            assertThat(answers(one.address()), is(true));
            assertThat(answers(other.address()), is(true));
        }
    }

    @Test
    void aServerListensOnLoopbackAloneAndKeepsNothing() {
        try (EmbeddedRedis server = EmbeddedRedis.start()) {
            assertThat(setting(server.address(), "bind"), is("127.0.0.1"));
            assertThat(setting(server.address(), "save"), is(""));
            assertThat(setting(server.address(), "appendonly"), is("no"));
            assertThat(setting(server.address(), "maxmemory-policy"), is("noeviction"));
        }
    }

    @Test
    void furtherOptionsReachTheServer() {
        try (EmbeddedRedis server = EmbeddedRedis.start("--maxmemory", "64mb")) {
            assertThat(setting(server.address(), "maxmemory"), is(Integer.toString(64 * 1024 * 1024)));
        }
    }

    @Test
    void aServerStartsAgainWhereItWasTheMomentItIsClosed() {
        EmbeddedRedis server = EmbeddedRedis.start();
        URI address = server.address();

        for (int i = 0; i < 5; i++) {
            server.close();
            server = EmbeddedRedis.startAt(address);
            assertThat(server.address(), is(address));
            assertThat(answers(address), is(true));
        }

        server.close();
    }

    @Test
    void aServerThatCannotStartSaysWhy() throws IOException {
        try (var taken = new ServerSocket(0)) {
            var address = URI.create("redis://127.0.0.1:" + taken.getLocalPort());

            var failure = assertTimeoutPreemptively(Duration.ofSeconds(10),
                    () -> assertThrows(IllegalStateException.class, () -> EmbeddedRedis.startAt(address)));

            assertThat(failure.getMessage(), containsString("Address already in use"));
        }
    }

    @Test
    void aServerThatWasShutDownCanStillBeClosed() {
        EmbeddedRedis server = EmbeddedRedis.start();
        try (RawRedis redis = new RawRedis(server.address())) {
            assertThrows(RuntimeException.class, () -> redis.call("SHUTDOWN", "NOSAVE"));
        }

        assertTimeoutPreemptively(Duration.ofSeconds(3), server::close);

        assertThat(refuses(server.address()), is(true));
    }

    @Test
    void aServerClosedByAnInterruptedThreadIsNotLeftBehind() {
        for (int i = 0; i < 10; i++) {
            EmbeddedRedis server = EmbeddedRedis.start();

            Thread.currentThread().interrupt();
            server.close();

            assertThat(Thread.interrupted(), is(true));
            eventually(() -> refuses(server.address()), is(true));
        }
    }

    /** A closed terminal hangs up on the whole process group, and Redis takes no notice of that. */
    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "TERM"})
    void aSignalToTheGuardDoesNotLeaveTheServerUnguarded(String signal) throws Exception {
        EmbeddedRedis server = EmbeddedRedis.start();
        String port = Integer.toString(server.address().getPort());
        ProcessHandle guard = ProcessHandle.current().children()
                .filter(child -> child.info().arguments().map(List::of).orElse(List.of()).contains(port))
                .findFirst().orElseThrow();

        new ProcessBuilder("kill", "-" + signal, Long.toString(guard.pid())).start().waitFor();

        assertThrows(TimeoutException.class, () -> guard.onExit().get(300, TimeUnit.MILLISECONDS));
        assertThat(answers(server.address()), is(true));
        server.close();
        assertThat(refuses(server.address()), is(true));
    }

    @Test
    void aJvmThatIsKilledLeavesNoServerBehind() throws IOException {
        Process jvm = jvm(List.of()).start();
        var address = URI.create(jvm.inputReader().readLine());
        assertThat(answers(address), is(true));

        jvm.destroyForcibly();

        eventually(() -> refuses(address), is(true));
        eventually(jvm::isAlive, is(false));
    }

    @Test
    void aJvmThatEndsWithoutClosingLeavesNoServerBehind() throws IOException {
        Process jvm = jvm(List.of()).start();
        var address = URI.create(jvm.inputReader().readLine());
        assertThat(answers(address), is(true));

        jvm.getOutputStream().close();

        eventually(() -> refuses(address), is(true));
        eventually(jvm::isAlive, is(false));
    }

    @Test
    void withoutAServerToStartTheMessageSaysWhatToDo() throws IOException {
        // Nowhere to unpack the packaged server to, and no other to be found.
        ProcessBuilder builder = jvm(List.of("-Duser.home=/dev/null"));
        builder.environment().put("PATH", "/nonexistent");
        Process jvm = builder.redirectErrorStream(true).start();

        String output = String.join("\n", jvm.inputReader().lines().toList());

        assertThat(output, allOf(containsString("IllegalStateException"),
                containsString("apt-get install redis-server"), containsString("mcp.store.redis.mode"),
                containsString("mcp.store.redis.address")));
    }

    private static ProcessBuilder jvm(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EmbeddedRedisHost.class.getName()));
        return new ProcessBuilder(command);
    }
}
