package io.mcpsession.redis;

import io.mcpsession.session.ClientInfo;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

class SessionFieldsTest {

    private static final SessionId ID = new SessionId("mcp-1767225600123-Kabcdefghijklmnopqrstuv_ABCDEFGHIJ01234-");
    private static final Instant EXPIRES = Instant.parse("2026-01-01T00:10:00Z");
    private static final Principal ALICE = new Principal("https://issuer.example", "alice");

    private static Session session(String capabilities, Map<String, String> attributes) {
        return Session.opened(ID, ALICE, EXPIRES,
                new Opening("2025-11-25", new ClientInfo("a \"name\"", "é\n\u0000", capabilities), attributes));
    }

    private static List<String> written(Session session) {
        JsonArray array = Json.createReader(new StringReader(SessionFields.write(session))).readArray();
        return array.getValuesAs(JsonString::getString);
    }

    @Test
    void aSessionReadsBackAsItWasWritten() {
        Session session = session("{\"x\":[1.50,{\"y\":null}]}", Map.of("k", "v \\ \u2028 😀"));

        assertThat(SessionFields.read(SessionFields.write(session), EXPIRES), is(session));
    }

    @Test
    void theFieldsOfTheOriginalSystemComeFirstAndNoneIsEmpty() {
        Session session = Session.opened(ID, Principal.ofSubject("alice"), EXPIRES,
                new Opening("2025-06-18", ClientInfo.UNKNOWN));

        assertThat(written(session), is(List.of(ID.value(), "userId", "alice", "created", "1767225600123",
                "user", Principal.ofSubject("alice").fingerprint(), "protocol", "2025-06-18")));
        assertThat(SessionFields.read(SessionFields.write(session), EXPIRES), is(session));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 60, 61, 200, 950})
    void aLongValueIsKeptInPartsThatRedisKeepsCompact(int length) {
        Session session = session("{\"é😀\":\"" + "é€😀x".repeat(length).substring(0, length / 4) + "\"}", Map.of());

        assertThat(written(session).stream().map(text -> text.getBytes(UTF_8).length).toList(),
                everyItem(is(lessThanOrEqualTo(64))));
        assertThat(SessionFields.read(SessionFields.write(session), EXPIRES), is(session));
    }

    @Test
    void aVeryLongValueStaysWhole() {
        Session session = session("{}", Map.of("note", "x".repeat(4096)));

        assertThat(written(session).size(), is(17));
        assertThat(SessionFields.read(SessionFields.write(session), EXPIRES), is(session));
    }

    @Test
    void fieldsThisVersionDoesNotKnowAreCarried() {
        String later = SessionFields.write(session("{}", Map.of())).replaceFirst("]$", ",\"later\",\"2\"]");

        Session read = SessionFields.read(later, EXPIRES);

        assertThat(read.carried(), is("{\"later\":\"2\"}"));
        assertThat(SessionFields.read(SessionFields.write(read), EXPIRES), is(read));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "[\"x\"]", "[\"mcp-1767225600123-abcdef\"]", "nonsense"})
    void aTextThatIsNoSessionIsRefused(String text) {
        assertThrows(IllegalStateException.class, () -> SessionFields.read(text, EXPIRES));
    }
}
