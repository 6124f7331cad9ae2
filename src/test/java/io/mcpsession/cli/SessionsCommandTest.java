package io.mcpsession.cli;

import io.mcpsession.settings.Settings;
import io.mcpsession.testing.TestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static io.mcpsession.testing.Eventually.eventually;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

class SessionsCommandTest {

    private static TestServer server;

    private record Run(int status, String out, String err) {
    }

    @BeforeAll
    static void start() {
        server = TestServer.embedded();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("sessions"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--server", "127.0.0.1:" + server.internalPort()));
        return raw(all.toArray(String[]::new));
    }

    private static Run raw(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = CommandLine.run(Settings.load(Map.of()), arguments, new PrintWriter(out, true),
                new PrintWriter(err, true));
        return new Run(status, out.toString(), err.toString());
    }

    @Test
    void sessionsOpenedOverHttpAreListedShownCountedAndRevoked() {
        String id = server.alice().call("initialize").session();

        Run listed = run("list", "--user", "alice");
        assertThat(listed.status(), is(0));
        assertThat(listed.out(), allOf(startsWith("ID "), containsString(id)));
        assertThat(run("list", "--user", "alice", "--json").out(), containsString("\"sessionId\":\"" + id + "\""));
        assertThat(run("show", id).out(), allOf(containsString(id), containsString("alice")));
        assertThat(run("show", id, "--json").out(), containsString("\"user\":\"alice\""));
        assertThat(Long.parseLong(run("count", "--user", "alice").out().trim()) > 0, is(true));

        Run revoked = run("revoke", "--user", "alice", "--reason", "lost laptop");

        assertThat(revoked.out(), startsWith("revoked "));
        assertThat(run("count", "--user", "alice").out().trim(), is("0"));
        assertThat(run("show", id).err().trim(), is("The session was revoked."));
        assertThat(server.alice().in(id).call("ping").status(), is(404));
    }

    @Test
    void aWatchTellsWhatHappens() throws InterruptedException {
        List<Run> runs = new ArrayList<>();
        Thread watch = Thread.startVirtualThread(() -> {
            Run seen = run("watch", "--user", "bob", "--count", "1");
            synchronized (runs) {
                runs.add(seen);
            }
        });
        eventually(() -> {
            // The watch may stand a moment after this; so one more, until it has seen one.
            server.bob().call("initialize");
            synchronized (runs) {
                return List.copyOf(runs);
            }
        }, hasSize(1));
        watch.join();

        assertThat(runs.getFirst().out(), allOf(containsString("CREATED"), containsString("mcp-")));
    }

    @Test
    void whatGoesWrongIsSaidInWords() {
        Run malformed = run("show", "nonsense");
        Run nobody = raw("sessions", "count", "--server", "127.0.0.1:1");

        assertThat(malformed.status(), is(1));
        assertThat(malformed.err(), startsWith("That is no session id."));
        assertThat(nobody.status(), is(1));
        assertThat(nobody.err(), allOf(startsWith("No answer from 127.0.0.1:1."), not(containsString("Exception"))));
        assertThat(run("list").status(), is(2));
    }
}
