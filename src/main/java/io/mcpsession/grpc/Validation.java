package io.mcpsession.grpc;

import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Judges ids, one or many, and restarts idle timers where that is asked for. */
final class Validation {

    private final Sessions sessions;
    private final TrustedSessions trusted;
    private final Verdicts verdicts;
    private final SessionLimits limits;
    private final InstantSource clock;

    Validation(Sessions sessions, TrustedSessions trusted, Verdicts verdicts, SessionLimits limits,
               InstantSource clock) {
        this.sessions = sessions;
        this.trusted = trusted;
        this.verdicts = verdicts;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * What is asked of one id.
     *
     * @param claimed in whose name it is presented; empty when nobody's
     */
    record Question(SessionId id, Optional<Principal> claimed, TouchMode touch) {

        private Inquiry inquiry(boolean touching) {
            return new Inquiry(id, claimed, touching);
        }
    }

    Question question(ValidateSessionRequest request) {
        if (request.getTouchMode() == TouchMode.UNRECOGNIZED) {
            throw GrpcErrors.invalid("touch_mode", "is not one this server knows");
        }
        return new Question(verdicts.id("session_id", request.getSessionId()),
                Requests.claimed(request.hasPrincipal(), request.getPrincipal()), request.getTouchMode());
    }

    /** Judges an id as its client sent it; empty when it is none. */
    Optional<Verdict> judge(String sent, Principal caller, TouchMode touch) {
        return verdicts.id(sent).map(id -> judge(new Question(id, Optional.of(caller), touch)));
    }

    Verdict judge(KeepAliveRequest request) {
        return judge(new Question(verdicts.id("session_id", request.getSessionId()),
                Requests.claimed(request.hasPrincipal(), request.getPrincipal()), TouchMode.TOUCH_MODE_ALWAYS));
    }

    Verdict judge(Question question) {
        Lookup lookup = question.touch() == TouchMode.TOUCH_MODE_ALWAYS ? touch(question) : find(question);
        return verdict(question, touchesNow(question, lookup) ? touch(question) : lookup);
    }

    /** Judges many in a few round trips, in their order. */
    List<Verdict> judge(List<Question> questions) {
        List<Lookup> found = new ArrayList<>(trusted.lookUp(questions.stream()
                .map(question -> question.inquiry(question.touch() == TouchMode.TOUCH_MODE_ALWAYS))
                .toList()));
        List<Integer> stale = IntStream.range(0, found.size())
                .filter(i -> touchesNow(questions.get(i), found.get(i)))
                .boxed().toList();
        if (!stale.isEmpty()) {
            List<Lookup> touched = trusted.lookUp(stale.stream().map(i -> questions.get(i).inquiry(true)).toList());
            for (int i = 0; i < stale.size(); i++) {
                found.set(stale.get(i), touched.get(i));
            }
        }
        return IntStream.range(0, found.size()).mapToObj(i -> verdict(questions.get(i), found.get(i))).toList();
    }

    private Verdict verdict(Question question, Lookup lookup) {
        return verdicts.of(question.id(), question.claimed(), lookup);
    }

    private boolean touchesNow(Question question, Lookup found) {
        return question.touch() == TouchMode.TOUCH_MODE_IF_STALE && found instanceof Lookup.Live(Session session)
                && isStale(session);
    }

    private Lookup find(Question question) {
        return question.claimed().map(claimed -> sessions.validate(question.id(), claimed))
                .orElseGet(() -> sessions.find(question.id()));
    }

    private Lookup touch(Question question) {
        return question.claimed().map(claimed -> sessions.touch(question.id(), claimed))
                .orElseGet(() -> sessions.touch(question.id()));
    }

    /** Whether less than nine tenths of the idle TTL are left and a touch would change that. */
    private boolean isStale(Session session) {
        Duration left = Duration.between(clock.instant(), session.expires());
        return left.multipliedBy(10).compareTo(limits.idleTtl().multipliedBy(9)) < 0
                && session.expires().isBefore(limits.deadline(session.id()));
    }
}
