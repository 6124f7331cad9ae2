package io.mcpsession.cli;

import io.mcpsession.redis.EmbeddedRedis;
import io.mcpsession.settings.Settings;
import io.mcpsession.testing.Eventually;
import io.mcpsession.testing.LogCapture;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.TestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

class TokenCommandTest {

    private static EmbeddedRedis redis;
    private static TestServer server;

    /** What a command printed and how it ended. */
    private record Run(int status, String out, String err) {
    }

    @BeforeAll
    static void start() {
        redis = EmbeddedRedis.start();
        server = TestServer.on(redis.address());
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
    }

    @Test
    void createPrintsTheTokenAloneOnStandardOutput() {
        Run run = run("token", "create", "--user", "carol", "--name", "laptop");

        assertThat(run.status(), is(0));
        assertThat(run.out(), matchesPattern("mcps_[0-9A-Za-z]{36}\\R"));
        assertThat(run.err(), allOf(containsString("for carol"), containsString("the only time it is shown"),
                not(containsString(run.out().trim()))));
    }

    @Test
    void listShowsEverythingButTheSecret() {
        String secret = run("token", "create", "--user", "dave", "--name", "ci", "--expires-in-days", "30",
                "--scopes", "mcp notes:read").out().trim();

        Run list = run("token", "list");

        assertThat(list.status(), is(0));
        assertThat(list.out(), startsWith("ID "));
        String row = list.out().lines().filter(line -> line.contains("dave")).findFirst().orElseThrow();
        assertThat(row, allOf(containsString("ci"), containsString("mcp notes:read"),
                matchesPattern("[0-9a-f]{8} .*Z +never +.*Z")));
        assertThat(Instant.parse(row.substring(row.lastIndexOf(' ') + 1)).isAfter(
                Instant.now().plus(Duration.ofDays(29))), is(true));
        assertThat(list.out(), not(containsString(secret.substring(5, 20))));
    }

    @Test
    void aTokenWorksAtOnceAndStopsWithin5SecondsOfItsRevocation() {
        Run created = run("token", "create", "--user", "erin");
        McpClient erin = server.client(created.out().trim());
        assertThat(erin.call("ping").status(), is(200));

        Run revoked = run("token", "revoke", idIn(created));
        long began = System.nanoTime();

        assertThat(revoked.out(), is("revoked " + idIn(created) + System.lineSeparator()));
        Eventually.eventually(() -> erin.call("ping").status(), is(401));
        assertThat(Duration.ofNanos(System.nanoTime() - began), is(lessThan(Duration.ofSeconds(5))));
    }

    @Test
    void listShowsWhenATokenWasLastUsed() {
        Run created = run("token", "create", "--user", "gina");
        server.client(created.out().trim()).call("ping");

        Eventually.eventually(() -> run("token", "list").out().lines()
                .filter(line -> line.contains("gina")).findFirst().orElseThrow(), matchesPattern(".*Z +.*Z +never"));
    }

    @Test
    void aRotatedTokenGoesOnUnderAnotherSecretAndTheOldOneStopsWithin5Seconds() {
        Run created = run("token", "create", "--user", "henry");
        McpClient before = server.client(created.out().trim()).initialized();

        Run rotated = run("token", "rotate", idIn(created));
        long began = System.nanoTime();

        assertThat(rotated.out(), matchesPattern("mcps_[0-9A-Za-z]{36}\\R"));
        McpClient after = server.client(rotated.out().trim()).in(before.header("Mcp-Session-Id"));
        assertThat(after.call("ping").session(), is(before.header("Mcp-Session-Id")));
        Eventually.eventually(() -> before.call("ping").status(), is(401));
        assertThat(Duration.ofNanos(System.nanoTime() - began), is(lessThan(Duration.ofSeconds(5))));
    }

    @Test
    void theOldSecretMayWorkForAWhile() {
        Run created = run("token", "create", "--user", "ivan");

        run("token", "rotate", idIn(created), "--old-for-minutes", "10");

        assertThat(server.client(created.out().trim()).call("ping").status(), is(200));
    }

    @Test
    void whateverBecomesOfATokenIsWrittenDownWithoutItsSecret() {
        try (var log = new LogCapture("io.mcpsession.audit", Level.INFO)) {
            Run created = run("token", "create", "--user", "judy");
            Run rotated = run("token", "rotate", idIn(created));
            run("token", "revoke", idIn(created));

            assertThat(log.at(Level.INFO).stream().map(line -> line.split(" reason=")[0]).toList(), is(
                    Stream.of("create", "rotate", "revoke")
                            .map(what -> "event=token." + what + " token=" + idIn(created)).toList()));
            assertThat(log.at(Level.INFO).toString(), not(containsString(rotated.out().trim())));
        }
    }

    @Test
    void aTokenThatIsNotThereCannotBeRotated() {
        Run run = run("token", "rotate", "00000000");

        assertThat(run.status(), is(1));
        assertThat(run.out(), is(emptyString()));
        assertThat(run.err(), containsString("There is no token 00000000"));
    }

    @Test
    void tokensOfOneUserShareTheirSessions() {
        McpClient first = server.client(run("token", "create", "--user", "frank").out().trim()).initialized();
        McpClient second = server.client(run("token", "create", "--user", "frank").out().trim());

        String id = first.header("Mcp-Session-Id");
        assertThat(second.in(id).call("ping").session(), is(id));
    }

    @Test
    void aTokenThatIsNotThereCannotBeRevoked() {
        Run run = run("token", "revoke", "00000000");

        assertThat(run.status(), is(1));
        assertThat(run.err(), containsString("There is no token 00000000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"token create", "token create --name x", "token create --user", "token revoke",
            "token create --user u --expires-in-days x", "token create --user u --expires-in-days 0",
            "token create --user u --no-such-option", "token rotate", "token rotate 1 --old-for-minutes -1",
            "token create --user u --scopes a\\b", "token erase 1", "token", "x"})
    void badArgumentsAreExplainedWithTheUsage(String line) {
        Run run = run(line.split(" "));

        assertThat(run.status(), is(2));
        assertThat(run.out(), is(emptyString()));
        assertThat(run.err(), containsString("Usage: mcp-session-server"));
        assertThat(run.err(), not(containsString("\tat ")));
    }

    @Test
    void aMisspeltCommandIsGuessed() {
        Run run = run("tokens");

        assertThat(run.status(), is(2));
        assertThat(run.err(), containsString("Did you mean: mcp-session-server token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "257"})
    void aUserThatCanBeNoneIsExplained(String user) {
        Run run = run("token", "create", "--user", user.equals("257") ? "u".repeat(257) : user);

        assertThat(run.status(), is(2));
        assertThat(run.err(), containsString("a token's user takes 1 to 256 characters"));
    }

    @Test
    void helpIsPrintedWhenAskedFor() {
        Run run = run("token", "--help");

        assertThat(run.status(), is(0));
        assertThat(run.out(), allOf(containsString("create"), containsString("list"), containsString("revoke")));
    }

    @Test
    void anEmbeddedRedisCannotBeReachedFromACommand() {
        Run run = run(Settings.load(Map.of()), "token", "list");

        assertThat(run.status(), is(1));
        assertThat(run.err(), allOf(containsString("MCP_STORE_REDIS_MODE=single"),
                containsString("MCP_STORE_REDIS_ADDRESS=redis://host:port"), not(containsString("\tat "))));
    }

    @Test
    void aRedisThatIsNotThereIsNamed() {
        EmbeddedRedis gone = EmbeddedRedis.start();
        gone.close();

        Run run = run(settings(gone.address().toString()), "token", "list");

        assertThat(run.status(), is(1));
        assertThat(run.err(), allOf(containsString(gone.address().toString()), not(containsString("\tat "))));
    }

    private static String idIn(Run created) {
        return created.err().split(" ")[1];
    }

    private static Run run(String... arguments) {
        return run(settings(redis.address().toString()), arguments);
    }

    private static Run run(Settings settings, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = CommandLine.run(settings, arguments, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Run(status, out.toString(), err.toString());
    }

    private static Settings settings(String address) {
        return Settings.load(Map.of("MCP_STORE_REDIS_MODE", "single", "MCP_STORE_REDIS_ADDRESS", address));
    }
}
