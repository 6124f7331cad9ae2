package io.mcpsession.mcp;

import io.mcpsession.handler.Resource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

/** Which URIs fit a template, and what its variables then are. */
class UriTemplateTest {

    @ParameterizedTest
    @CsvSource({
            "test://template/{id}/data,test://template/123/data,123",
            "test://{id},test://a.b-c_d~e,a.b-c_d~e",
            "test://{id}/data,test://a%20b%2Fc/data,a b/c",
            "test://{id},test://%C3%A4,\u00e4",
            // A plus sign is a blank in forms alone.
            "test://{id},test://a+b,a+b",
            "test://{id}.txt,test://a.txt.txt,a.txt",
            "test://x?q={id},test://x?q=1,1",
            "test://(.*)[a]{id},test://(.*)[a]1,1"})
    void takesItsVariableFromAUri(String template, String uri, String value) {
        assertThat(new UriTemplate(template).match(uri), is(Optional.of(Map.of("id", value))));
    }

    @ParameterizedTest
    @CsvSource({
            "test://template/{id}/data,test://template//data",
            "test://template/{id}/data,test://template/1/2/data",
            "test://template/{id}/data,test://template/1/data/",
            "test://template/{id}/data,xtest://template/1/data",
            "test://{id},test://1?q",
            "test://{id},test://1#f",
            "test://{id},TEST://1",
            "test://{id},test://%",
            "test://{id},test://%zz",
            "test://{id}.txt,test://1xtxt",
            "test://{id}{id}.txt,test://1.txt",
            "test://{a}ab{id},test://ab",
            "test://{a}:{id},test://a/:b",
            "test://{a}/x/{id},test://1/x/2/3",
            "test://(.*){id},test://ab1"})
    void doesNotFitOtherUris(String template, String uri) {
        assertThat(new UriTemplate(template).match(uri), is(Optional.empty()));
    }

    /** As a regular expression would have it, which is what it was before. */
    @ParameterizedTest
    @CsvSource({
            "t://{a}-{b}-{c},t://1-2-3-4-5,1-2-3,4,5",
            "t://{a}{b}{c},t://12345,123,4,5",
            "t://{a}aa{b}a{c},t://aaaaaaaaa,aaaa,a,a",
            "t://{a}abab{b}/{c},t://xabab/y,,,",
            "t://{a}abab{b}/{c},t://xabababa/y,xab,a,y",
            "{a}:{b}/{c},x:y:z/w,x:y,z,w"})
    void givesEarlierVariablesOfASegmentAsMuchAsItCan(String template, String uri, String a, String b, String c) {
        assertThat(new UriTemplate(template).match(uri), is(b == null ? Optional.empty()
                : Optional.of(Map.of("a", a, "b", b, "c", c))));
    }

    @Test
    void meansWhatARegularExpressionOfTheSameFormWould() {
        Random random = new Random(7);
        int fitting = 0;
        for (int i = 0; i < 200_000; i++) {
            String template = text(random, 7, "{x}", "{y}", "a", "b", "/");
            String uri = text(random, 8, "a", "b", "a", "b", "/");
            Matcher matcher = Pattern.compile(template.replaceAll("\\{[xy]}", "([^/?#]+)")).matcher(uri);
            List<String> names = new UriTemplate(template).variables();
            Optional<Map<String, String>> expected = Optional.empty();
            if (matcher.matches()) {
                fitting++;
                Map<String, String> values = new HashMap<>();
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    values.put(names.get(group - 1), matcher.group(group));
                }
                expected = Optional.of(values);
            }

            assertThat(template + " of " + uri, new UriTemplate(template).match(uri), is(expected));
        }
        assertThat(fitting, is(greaterThan(1000)));
    }

    private static String text(Random random, int most, String... parts) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(most); length >= 0; length--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    /** Tens of minutes for a regular expression, and a second for a search that begins anew at each character. */
    @ParameterizedTest
    @ValueSource(strings = {"t://{a}-{b}-{c}", "t://{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}/", "{a}{b}{c}{d}{e}{f}{g}{h}/",
            "{a}--{b}--{c}x{d}--{e}", "LONG"})
    @Timeout(20)
    void takesTimeInProportionToTheUri(String form) {
        UriTemplate template = new UriTemplate(
                form.equals("LONG") ? "{a}x" + "-".repeat(900) + "{b}" : form);
        String uri = "t://" + "-".repeat(Resource.LONGEST_URI - 5) + "?";

        long began = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            assertThat(template.match(uri), is(Optional.empty()));
        }
        // A thousand templates, each a step for each character: some tens of milliseconds.
        assertThat(Duration.ofNanos(System.nanoTime() - began), is(lessThan(Duration.ofSeconds(3))));
    }

    @Test
    void takesBracesThatHoldNoNameForText() {
        UriTemplate template = new UriTemplate("t://{}{+p}{a b}{{id}}{");

        assertThat(template.variables(), is(List.of("id")));
        assertThat(template.match("t://{}{+p}{a b}{7}{"), is(Optional.of(Map.of("id", "7"))));
    }

    @Test
    void mayHaveManyVariablesOrNone() {
        UriTemplate two = new UriTemplate("test://{a}/{b_2}");

        assertThat(two.variables(), is(List.of("a", "b_2")));
        assertThat(two.match("test://1/2"), is(Optional.of(Map.of("a", "1", "b_2", "2"))));
        assertThat(new UriTemplate("test://x").match("test://x"), is(Optional.of(Map.of())));
    }
}
