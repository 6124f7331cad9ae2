package io.mcpsession.http;

import io.mcpsession.testing.Answer;
import io.mcpsession.testing.McpClient;
import io.mcpsession.testing.Stateless;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.function.Supplier;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

/**
 * One cell of the table of errors.
 *
 * @param situation what is the matter
 * @param era       in which era
 * @param answer    what is asked
 * @param status    what is answered ...
 * @param outcome   ... with which code, or {@code result}, {@code isError} or {@code none}
 */
record Cell(String situation, String era, Supplier<Answer> answer, int status, String outcome) {

    static final String NONE = "none";

    static Cell sessions(String situation, int status, String outcome, Supplier<Answer> answer) {
        return new Cell(situation, "session era", answer, status, outcome);
    }

    static Cell stateless(String situation, int status, String outcome, Supplier<Answer> answer) {
        return new Cell(situation, "stateless era", answer, status, outcome);
    }

    void check() {
        Answer given = answer.get();

        assertThat(this + ": " + given, given.status() + " " + outcome(given), is(status + " " + outcome));
    }

    private static String outcome(Answer answer) {
        if (answer.body().isEmpty()) {
            return NONE;
        }
        JsonObject json = answer.json();
        if (json.containsKey("error")) {
            return Integer.toString(answer.errorCode());
        }
        return answer.isToolError() ? "isError" : "result";
    }

    /** Members of params: name, value, name, value. */
    static JsonObject params(String... members) {
        var params = Json.createObjectBuilder();
        for (int i = 0; i < members.length; i += 2) {
            params.add(members[i], members[i + 1]);
        }
        return params.build();
    }

    /** With the headers of a stateless request without params. */
    static McpClient headed(McpClient client, String method) {
        return client.with(Stateless.headers(method, params()));
    }

    @Override
    public String toString() {
        return situation + ", " + era;
    }
}
