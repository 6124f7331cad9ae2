package io.mcpsession.cli;

import io.mcpsession.settings.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

/** Help is given whatever the settings are. */
class HelpTest {

    private static final Supplier<Settings> UNREADABLE = () -> {
        throw new IllegalStateException("the settings were read");
    };

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String line) {
        return CommandLine.run(UNREADABLE, line.split(" "), new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help", "token --help", "sessions -h", "help token", "sessions list --help",
            "token create --help"})
    void helpIsAnAnswer(String line) {
        assertThat(run(line), is(0));
        assertThat(out.toString(), startsWith("Usage: mcp-session-server"));
        assertThat(err.toString(), is(""));
    }

    @Test
    void theVersionIsOneLine() {
        assertThat(run("--version"), is(0));
        assertThat(out.toString(), is("mcp-session-server dev" + System.lineSeparator()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--hlep", "tokens", "token create", "token", "sessions"})
    void whatMakesNoSenseIsRefusedWithWhatThereIs(String line) {
        assertThat(run(line), is(2));
        assertThat(err.toString(), containsString(": mcp-session-server "));
        assertThat(out.toString(), is(""));
    }

    @Test
    void aCommandThatNeedsThemSaysWhatIsWrongWithTheSettings() {
        assertThat(run("token list"), is(1));
        assertThat(err.toString().strip(), is("the settings were read"));
    }
}
