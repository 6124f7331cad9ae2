package io.mcpsession.grpc;

import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionLimits;
import io.mcpsession.session.SessionPage;
import io.mcpsession.session.Sessions;
import io.mcpsession.v1.ListSessionsRequest;
import io.mcpsession.v1.ListSessionsResponse;
import java.util.Optional;

/** Reads a page of a user's sessions, past those that a filter leaves out. */
final class Listing {

    /** How many sessions one call looks at for a filter that lets none through. */
    private static final int MOST_READ = 5000;
    private static final int READ_AT_ONCE = 1000;

    private final Sessions sessions;
    private final SessionLimits limits;

    Listing(Sessions sessions, SessionLimits limits) {
        this.sessions = sessions;
        this.limits = limits;
    }

    ListSessionsResponse page(ListSessionsRequest request) {
        Principal owner = Requests.principal("owner", request.getOwner());
        Optional<SessionId> last = Requests.pageToken(owner, request.getPageToken());
        int size = Requests.pageSize(request.getPageSize());
        SessionFilter filter = new SessionFilter(request.getFilter());
        ListSessionsResponse.Builder response = ListSessionsResponse.newBuilder();
        int read = 0;
        boolean more = true;
        while (more && response.getSessionsCount() < size && read < MOST_READ) {
            SessionPage page = sessions.list(owner, last, filter.isOpen() ? size : READ_AT_ONCE);
            more = page.more();
            for (Session session : page.sessions()) {
                if (response.getSessionsCount() == size) {
                    more = true;
                    break;
                }
                read++;
                last = Optional.of(session.id());
                if (filter.test(session)) {
                    response.addSessions(Messages.session(new Verdict.Active(session), limits.deadline(session.id())));
                }
            }
        }
        if (more && last.isPresent()) {
            response.setNextPageToken(PageToken.after(owner, last.get()));
        }
        return response.build();
    }
}
