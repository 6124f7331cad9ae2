package io.mcpsession.mcp.schema;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Which regular expressions clients written in JavaScript can compile. */
class EcmaPatternTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "^[a-z]+$", "a|b|", "(a(?:b)?){2,3}?", "(?<year>\\d{4})-(?<month>\\d\\d)", "(?=a)b(?!c)",
            "(?<=a)b(?<!c)", "[^\\]\\-\\\\]*", "[-a][a-]", "[\\d-]", "[--0]", "\\u00e4\\x41\\0", "\\p{Lu}\\P{N}", "\\bword\\B",
            "a{0}", "a{1,}", "😀+", "[😀-😂]", ".*?", "\\/\\.", "[.*+?]", "(a+)+$", "-", "a-b,c:d"})
    void takesWhatTheyCan(String pattern) {
        assertThat(EcmaPattern.compiles(pattern), is(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "a**", "a*+", "a{2}{3}", "^*", "\\b+", "(?=a)*", "(?<=a){2}", "(", ")", "a)", "(a", "[", "[a",
            "]", "{", "}", "a{", "a{2", "a{3,2}", "a{,2}", "a{12345}", "[z-a]", "[a-\\d]", "[\\d-z]", "\\", "\\-", "\\q", "\\1", "\\01",
            "\\x4", "\\u12", "\\u{41}", "\\p{Latin}", "\\p{L", "\\pL", "(?i)a", "(?i:a)", "(?>a)", "(?a)", "(?<a>x)(?<a>y)",
            "(?<1>x)", "(?<>x)", "(?<a", "[[a]]", "[a&&b]", "(?P<a>x)", "\\k<a>", "\\Q*\\E", "a++", "[\\q]", "(?"})
    void refusesTheRestAndWhatIsDoubtful(String pattern) {
        assertThat(EcmaPattern.compiles(pattern), is(false));
    }

    @Test
    void takesNoLongOnes() {
        assertThat(EcmaPattern.compiles("(".repeat(500) + ")".repeat(500)), is(true));
        assertThat(EcmaPattern.compiles("a".repeat(1001)), is(false));
    }
}
