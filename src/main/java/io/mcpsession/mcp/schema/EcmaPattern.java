package io.mcpsession.mcp.schema;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Whether clients written in JavaScript can compile a regular expression ({@code new RegExp(text, "u")}, as JSON Schema
 * 2020-12 Core 6.4 recommends). Says no to some that they could: what is doubtful is not worth a list.
 */
final class EcmaPattern {

    private static final int LONGEST = 1000;
    /** What Java and JavaScript share: no possessive quantifiers, no flags, no classes in classes. */
    private static final Pattern SHARED = Pattern.compile("(?x) (?:"
            + " \\\\ (?: [dDwWsSfnrtv0^$\\\\.*+?()\\[\\]{}|/] | [bB] (?![*+?{]) | x[0-9A-Fa-f]{2} | u[0-9A-Fa-f]{4}"
            + "    | [pP]\\{(?:L|Lu|Ll|Lt|Lm|Lo|N|Nd|P|S|Z|Zs|M|C)\\} )"
            + "| \\( (?: \\? (?: : | = | ! | <= | <! | <[A-Za-z][A-Za-z0-9]*> ) )? | \\)"
            + "| \\[ \\^? -? (?: \\\\ (?: [dDwWsS] (?!-[^\\]]) | [bfnrtv0^$\\\\.*+?()\\[\\]{}|/-] | x[0-9A-Fa-f]{2}"
            + "    | u[0-9A-Fa-f]{4} ) | (?!&& | -\\\\[dDwWsS]) [^\\]\\[\\\\] )*+ \\]"
            + "| \\{ [0-9]{1,4} (?: , [0-9]{0,4} )? \\} \\?? (?![+*?{])"
            + "| [*+?] \\?? (?![+*?{])"
            + "| [\\^$] (?![*+?{])"
            + "| [^\\\\()\\[\\]{}*+?^$] )*+");

    private EcmaPattern() {
    }

    static boolean compiles(String text) {
        if (text.length() > LONGEST || !SHARED.matcher(text).matches()) {
            return false;
        }
        try {
            Pattern.compile(text);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }
}
