package io.mcpsession.mcp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/** Which names of tools a pattern covers. */
class ToolNamePatternTest {

    @ParameterizedTest
    @CsvSource({"search,search", "*,''", "*,search", "search*,search", "search*,search_all", "*_all,search_all",
            "s*l,search_all", "s*_*l,search_all", "*a*a*,search_all", "**,x", "s**l,sl", "a*ab,aab", "*ab*ab,abab",
            "a.c*,a.cd", "'*','two\nlines'"})
    void coversNames(String pattern, String name) {
        assertThat(new ToolNamePattern(pattern).covers(name), is(true));
    }

    @ParameterizedTest
    @CsvSource({"search,Search", "search,search_all", "search*,research", "*_all,search_al", "s*_*l,sal", "a*ab,ab",
            "*ab*ab,ab", "ab*ab,ab", "ab*b,ab", "*a*b*,ba", "a.c*,abcd", "'',x"})
    void doesNotCoverOthers(String pattern, String name) {
        assertThat(new ToolNamePattern(pattern).covers(name), is(false));
    }

    @Test
    @Timeout(10)
    void isFoundOutInNoTimeHoweverManyStarsItHas() {
        assertThat(new ToolNamePattern("*a".repeat(60) + "*b").covers("a".repeat(128)), is(false));
    }
}
