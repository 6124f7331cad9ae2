package io.mcpsession.grpc;

import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionPolicy;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

/** Calls that name no session but a conversation. */
class ExtAuthzConversationTest extends ExtAuthzFixture {

    @Test
    void aCallThatNamesAConversationIsServedByItsSession() {
        start(store, SessionPolicy.ROBUST, false);

        CheckResponse first = check(calling(byAlice(), "tools/call conversation-1"));
        CheckResponse second = check(calling(byAlice(), "tools/call conversation-1"));
        CheckResponse other = check(calling(byAlice(), "tools/call conversation-2"));

        String hash = headers(first.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash");
        assertThat(headers(second.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash"), is(hash));
        assertThat(headers(other.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash"), is(not(hash)));
        String told = headers(first.getOkResponse().getResponseHeadersToAddList()).get("mcp-session-id");
        assertThat(SessionId.parse(told).orElseThrow().hash(), is(hash));
    }

    @Test
    void theBodyNamesTheConversationBeforeAHeaderDoes() {
        start(store, SessionPolicy.ROBUST, false);

        CheckResponse plain = check(calling(byAlice(), "tools/call conversation-1"));
        CheckResponse both = check(with(calling(byAlice(), "tools/call conversation-1"), "x-openai-session", "other"));

        assertThat(headers(both.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash"),
                is(headers(plain.getOkResponse().getHeadersList()).get("x-mcp-session-id-hash")));
    }

    /** As the endpoint has it: they are one user, and would share what strangers do. */
    @Test
    void anonymousCallersDoNotMeetInAConversation() {
        start(store, SessionPolicy.ROBUST, false);

        assertGoesOnWithoutSession(check(calling(request(Map.of("authorization", "Bearer anybody")),
                "tools/call the-same")));
    }

    @Test
    void aBlankNameNamesNoConversation() {
        start(store, SessionPolicy.ROBUST, false);

        assertGoesOnWithoutSession(check(with(calling(byAlice(), "tools/call"), "x-openai-session", " ")));
    }
}
