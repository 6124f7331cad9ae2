package io.mcpsession.mcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

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
            "test://(.*){id},test://ab1"})
    void doesNotFitOtherUris(String template, String uri) {
        assertThat(new UriTemplate(template).match(uri), is(Optional.empty()));
    }

    @Test
    void mayHaveManyVariablesOrNone() {
        UriTemplate two = new UriTemplate("test://{a}/{b_2}");

        assertThat(two.variables(), is(List.of("a", "b_2")));
        assertThat(two.match("test://1/2"), is(Optional.of(Map.of("a", "1", "b_2", "2"))));
        assertThat(new UriTemplate("test://x").match("test://x"), is(Optional.of(Map.of())));
    }
}
