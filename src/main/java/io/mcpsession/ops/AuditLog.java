package io.mcpsession.ops;

import io.mcpsession.auth.AuthObserver;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Principal;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionObserver;
import io.mcpsession.session.SessionPolicy.Situation;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One line per event that somebody may have to account for: {@code event=...} and further {@code key=value} pairs.
 * Sessions and users appear as hashes, tokens by their public name alone, and nothing that a request carried as it came.
 */
public final class AuditLog implements SessionObserver, AuthObserver {

    /** Its level is set apart from that of the server's other loggers. */
    static final String NAME = "io.mcpsession.audit";

    private static final Logger LOG = System.getLogger(NAME);
    /** Whoever is turned away may come back at once, and should fill neither a disk nor the view. */
    private static final int MOST_WARNINGS_A_SECOND = 50;

    private final String replica;
    private final InstantSource clock;
    private final Supplier<String> trace;
    private long second;
    private int warnings;
    private int unlogged;

    /**
     * @param trace what the thread that asks works for, as an id of letters and digits; empty when that is not known
     */
    public AuditLog(String replica, InstantSource clock, Supplier<String> trace) {
        this.replica = word(replica);
        this.clock = clock;
        this.trace = trace;
    }

    @Override
    public void opened(Session session) {
        log(Level.INFO, "session.create", session, "reason=initialize");
    }

    @Override
    public void renewed(Session session, Situation why) {
        log(Level.INFO, "session.renew", session, "reason=" + name(why));
    }

    @Override
    public void revived(Session session) {
        log(Level.INFO, "session.revive", session, "reason=expired");
    }

    @Override
    public void evicted(Principal owner, int count) {
        log(Level.INFO, "session.evict", "user=" + owner + " count=" + count + " reason=too-many-of-the-user");
    }

    @Override
    public void mismatched(Principal caller, SessionId presented, Optional<Principal> owner) {
        warn("session.mismatch", () -> "session=" + presented + " user=" + caller + " owner="
                + owner.map(Principal::toString).orElse("unknown") + " reason=not-the-callers");
    }

    @Override
    public void ended(Principal owner, int count, Ending ending) {
        log(Level.INFO, ending.kind() == Ending.Kind.REVOKED ? "session.revoke" : "session.end", "user=" + owner
                + " count=" + count + " reason=" + (ending.reason().isEmpty()
                ? name(ending.kind()) : quoted(ending.reason())));
    }

    @Override
    public void denied(Optional<Principal> caller, String reason, String address) {
        warn("auth.deny", () -> "user=" + caller.map(Principal::toString).orElse("unknown")
                + " address=" + word(address) + " reason=" + quoted(reason));
    }

    private void warn(String event, Supplier<String> pairs) {
        int left = budget();
        if (left >= 0) {
            log(Level.WARNING, event, pairs.get() + (left > 0 ? " unlogged_before=" + left : ""));
        }
    }

    /** How many warnings were not logged since the last that was; negative when this one is not to be either. */
    private synchronized int budget() {
        long now = clock.instant().getEpochSecond();
        if (now != second) {
            second = now;
            warnings = 0;
        }
        if (++warnings > MOST_WARNINGS_A_SECOND) {
            unlogged++;
            return -1;
        }
        int before = unlogged;
        unlogged = 0;
        return before;
    }

    /**
     * Somebody made, rotated or revoked an API token.
     *
     * @param what  {@code create}, {@code rotate} or {@code revoke}
     * @param token its public name
     */
    public void tokenChanged(String what, String token) {
        log(Level.INFO, "token." + what, "token=" + word(token) + " reason=command");
    }

    private void log(Level level, String event, Session session, String more) {
        log(level, event, "session=" + session.id() + " user=" + session.owner() + " " + more);
    }

    private void log(Level level, String event, String more) {
        LOG.log(level, () -> "event=" + event + " " + more + " replica=" + replica + traced());
    }

    private String traced() {
        String id = trace.get();
        return id.isEmpty() ? "" : " trace=" + id;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Text of whatever kind as one value: no line of its own, and no pair that is not ours. */
    private static String quoted(String text) {
        return '"' + text.replaceAll("[\"\\\\\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "_") + '"';
    }

    private static String word(String text) {
        return text.replaceAll("[^\\w.:%-]", "_");
    }
}
