package io.mcpsession.grpc;

import io.mcpsession.session.Session;
import io.mcpsession.v1.ListSessionsFilter;
import java.util.function.Predicate;

/** Which sessions a list shows. */
record SessionFilter(ListSessionsFilter wanted) implements Predicate<Session> {

    @Override
    public boolean test(Session session) {
        return matches(wanted.getProtocolVersion(), session.protocolVersion())
                && matches(wanted.getClientName(), session.client().name())
                && (!wanted.hasOpenedSince()
                        || !session.created().isBefore(Messages.instant(wanted.getOpenedSince())))
                && (!wanted.hasOpenedBefore()
                        || session.created().isBefore(Messages.instant(wanted.getOpenedBefore())))
                && session.attributes().entrySet().containsAll(wanted.getAttributesMap().entrySet());
    }

    /** Whether it leaves nothing out. */
    boolean isOpen() {
        return wanted.equals(ListSessionsFilter.getDefaultInstance());
    }

    private static boolean matches(String wanted, String given) {
        return wanted.isEmpty() || wanted.equals(given);
    }
}
