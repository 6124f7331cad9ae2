package io.mcpsession.grpc;

import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Principal;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.Sessions;
import io.mcpsession.session.TrustedSessions;
import io.mcpsession.v1.KeepAliveRequest;
import io.mcpsession.v1.TouchMode;
import io.mcpsession.v1.ValidateSessionRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Judges ids, one or many, and restarts idle timers where that is asked for. */
final class Validation {

    private final Sessions sessions;
    private final TrustedSessions trusted;
    private final Verdicts verdicts;

    Validation(Sessions sessions, TrustedSessions trusted, Verdicts verdicts) {
        this.sessions = sessions;
        this.trusted = trusted;
        this.verdicts = verdicts;
    }

    /**
     * What is asked of one id.
     *
     * @param claimed in whose name it is presented; empty when nobody's
     */
    record Question(SessionId id, Optional<Principal> claimed, TouchMode touch) {

        private Inquiry inquiry() {
            return new Inquiry(id, claimed, switch (touch) {
                case TOUCH_MODE_ALWAYS -> Inquiry.Use.ALWAYS;
                case TOUCH_MODE_IF_STALE -> Inquiry.Use.WHEN_STALE;
                default -> Inquiry.Use.NONE;
            });
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
        return verdict(question, switch (question.touch()) {
            case TOUCH_MODE_ALWAYS -> touch(question);
            case TOUCH_MODE_IF_STALE -> trusted.lookUp(List.of(question.inquiry())).getFirst();
            default -> find(question);
        });
    }

    /** Judges many together, in their order. */
    List<Verdict> judge(List<Question> questions) {
        List<Lookup> found = trusted.lookUp(questions.stream().map(Question::inquiry).toList());
        return IntStream.range(0, found.size()).mapToObj(i -> verdict(questions.get(i), found.get(i))).toList();
    }

    private Verdict verdict(Question question, Lookup lookup) {
        return verdicts.of(question.id(), question.claimed(), lookup);
    }

    private Lookup find(Question question) {
        return question.claimed().map(claimed -> sessions.validate(question.id(), claimed))
                .orElseGet(() -> sessions.find(question.id()));
    }

    private Lookup touch(Question question) {
        return question.claimed().map(claimed -> sessions.touch(question.id(), claimed))
                .orElseGet(() -> sessions.touch(question.id()));
    }
}
