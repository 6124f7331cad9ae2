package io.mcpsession.session;

import io.mcpsession.testing.MutableClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Sessions of clients that name a conversation. */
class ConversationsTest {

    private static final SessionLimits LIMITS = new SessionLimits(Duration.ofMinutes(10), Duration.ofHours(24));
    private static final Principal ALICE = Principal.ofSubject("alice");
    private static final Principal BOB = Principal.ofSubject("bob");
    private static final Opening OPENING = new Opening("2025-11-25", ClientInfo.UNKNOWN);
    private static final String TALK = "v1/talk";

    private final MutableClock clock = MutableClock.atPresent();
    private final List<SigningKey> keys = List.of(new SigningKey(new byte[16]));
    private final SessionIds ids = new SessionIds(() -> keys, new SecureRandom(), clock);
    private final MemorySessionStore store = new MemorySessionStore(LIMITS, clock);
    private final SessionCeiling ceiling = new SessionCeiling(1000);

    private Sessions under(SessionPolicy policy) {
        return new Sessions(store, ids, policy, ceiling, new SessionObserver() { });
    }

    static List<SessionPolicy> presets() {
        return List.of(SessionPolicy.COMPAT, SessionPolicy.STRICT, SessionPolicy.ROBUST);
    }

    static List<SessionPolicy> presetsThatHeal() {
        return List.of(SessionPolicy.COMPAT, SessionPolicy.ROBUST);
    }

    private static Arrival in(String conversation, Principal caller) {
        return new Arrival(caller, Optional.empty(), Optional.of(conversation));
    }

    private static Arrival in(String conversation, Principal caller, SessionId presented) {
        return new Arrival(caller, Optional.of(presented.value()), Optional.of(conversation));
    }

    private static SessionId served(Resumption resumption) {
        assertThat(resumption, instanceOf(Resumption.Served.class));
        return ((Resumption.Served) resumption).session().id();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void callsOfOneConversationWithoutAnIdShareASessionUnderEveryPolicy(SessionPolicy policy) {
        Sessions sessions = under(policy);
        SessionId first = served(sessions.resume(in(TALK, ALICE), OPENING));

        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofMinutes(9));
            assertThat(served(sessions.resume(in(TALK, ALICE), OPENING)), is(first));
        }

        assertThat(store.count(), is(1L));
    }

    @ParameterizedTest
    @MethodSource("presetsThatHeal")
    void aClientThatOpensASessionForEachCallEndsUpWithOne(SessionPolicy policy) {
        Sessions sessions = under(policy);
        SessionId first = sessions.open(ALICE, OPENING).id();
        assertThat(served(sessions.resume(in(TALK, ALICE, first), OPENING)), is(first));

        for (int i = 0; i < 20; i++) {
            SessionId another = sessions.open(ALICE, OPENING).id();
            assertThat(served(sessions.resume(in(TALK, ALICE, another), OPENING)), is(first));
            assertThat(served(sessions.acknowledge(new Arrival(ALICE, Optional.of(another.value())))), is(first));
        }

        assertThat(store.count(), is(1L));
    }

    @Test
    void strictLeavesAClientInTheSessionItPresents() {
        Sessions sessions = under(SessionPolicy.STRICT);
        SessionId ofTalk = served(sessions.resume(in(TALK, ALICE), OPENING));
        SessionId presented = sessions.open(ALICE, OPENING).id();

        assertThat(served(sessions.resume(in(TALK, ALICE, presented), OPENING)), is(presented));
        assertThat(served(sessions.resume(in(TALK, ALICE), OPENING)), is(ofTalk));
    }

    @Test
    void strictRefusesADeadIdEvenInAConversation() {
        Sessions sessions = under(SessionPolicy.STRICT);
        sessions.resume(in(TALK, ALICE), OPENING);

        assertThat(sessions.resume(in(TALK, ALICE, ids.mint(ALICE)), OPENING), is(new Resumption.NotFound()));
        assertThat(sessions.resume(in(TALK, ALICE, ids.mint(BOB)), OPENING), is(new Resumption.NotFound()));
    }

    @ParameterizedTest
    @MethodSource("presetsThatHeal")
    void aDeadIdInAConversationIsServedInTheSessionOfTheConversation(SessionPolicy policy) {
        Sessions sessions = under(policy);
        SessionId first = served(sessions.resume(in(TALK, ALICE), OPENING));

        assertThat(served(sessions.resume(in(TALK, ALICE, ids.mint(ALICE)), OPENING)), is(first));
        assertThat(store.count(), is(1L));
    }

    @Test
    void whereAForeignOrInventedIdIsServedAtAllItIsServedInTheSessionOfTheConversation() {
        Session hers = under(SessionPolicy.COMPAT).open(ALICE, OPENING);
        SessionId ofTalk = served(under(SessionPolicy.COMPAT).resume(in(TALK, BOB), OPENING));
        var invented = new Arrival(BOB, Optional.of("invented"), Optional.of(TALK));

        assertThat(served(under(SessionPolicy.COMPAT).resume(in(TALK, BOB, hers.id()), OPENING)), is(ofTalk));
        assertThat(served(under(SessionPolicy.COMPAT).resume(invented, OPENING)), is(ofTalk));

        assertThat(store.find(hers.id()), is(new Lookup.Live(hers)));
        for (SessionPolicy policy : List.of(SessionPolicy.STRICT, SessionPolicy.ROBUST)) {
            assertThat(under(policy).resume(in(TALK, BOB, hers.id()), OPENING), is(new Resumption.NotFound()));
            assertThat(under(policy).resume(invented, OPENING), is(new Resumption.NotFound()));
        }
    }

    @ParameterizedTest
    @MethodSource("presets")
    void anEndedIdIsNotFoundEvenInAConversation(SessionPolicy policy) {
        Sessions sessions = under(policy);
        SessionId ended = sessions.open(ALICE, OPENING).id();
        sessions.endOwn(ALICE, ended.value());

        assertThat(sessions.resume(in(TALK, ALICE, ended), OPENING), is(new Resumption.NotFound()));
    }

    @Test
    void theSameConversationOfSomebodyElseIsAnotherSession() {
        Sessions sessions = under(SessionPolicy.COMPAT);

        SessionId hers = served(sessions.resume(in(TALK, ALICE), OPENING));
        SessionId his = served(sessions.resume(in(TALK, BOB), OPENING));

        assertThat(his, is(not(hers)));
        assertThat(served(sessions.resume(in(TALK, ALICE), OPENING)), is(hers));
    }

    @Test
    void bothErasMeetInTheSessionOfAConversation() {
        Sessions sessions = under(SessionPolicy.COMPAT);

        Session session = sessions.ofConversation(ALICE, TALK, OPENING);

        assertThat(served(sessions.resume(in(TALK, ALICE), OPENING)), is(session.id()));
        assertThat(sessions.ofConversation(ALICE, TALK, OPENING).id(), is(session.id()));
    }

    @Test
    void aConversationWhoseSessionWasEndedGoesOnInOneNewSession() {
        Sessions sessions = under(SessionPolicy.STRICT);
        Session ended = sessions.ofConversation(ALICE, TALK, OPENING);
        sessions.end(ended.id(), Ending.revoked("lost"));

        Session anew = sessions.ofConversation(ALICE, TALK, OPENING);

        assertThat(anew.id(), is(not(ended.id())));
        assertThat(sessions.ofConversation(ALICE, TALK, OPENING).id(), is(anew.id()));
        assertThat(store.count(), is(1L));
    }

    @Test
    void aFullServerServesTheConversationsThereAre() {
        Sessions sessions = under(SessionPolicy.COMPAT);
        SessionId first = served(sessions.resume(in(TALK, ALICE), OPENING));
        ceiling.update(1000);

        assertThat(served(sessions.resume(in(TALK, ALICE), OPENING)), is(first));
        assertThrows(SessionLimitException.class, () -> sessions.resume(in("v1/other", ALICE), OPENING));
    }
}
