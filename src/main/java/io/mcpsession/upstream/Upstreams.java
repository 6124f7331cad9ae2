package io.mcpsession.upstream;

import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.mcp.BridgedSessions;
import io.mcpsession.mcp.Catalogue;
import io.mcpsession.mcp.LiveCatalogue;
import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.relay.SessionEvent;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.Sessions;
import io.mcpsession.upstream.Upstream.Shared;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** All servers behind this one, and what they and this one offer together. */
public final class Upstreams implements BridgedSessions, AutoCloseable {

    private static final Logger LOG = System.getLogger(Upstreams.class.getName());

    /** How long a start waits for them; whoever is later joins later. */
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(5);

    private final Sessions sessions;
    private final List<Upstream> all;
    private final Map<String, Offering> own;
    private final Changes changes;
    private final LiveCatalogue catalogue;
    private final WarnOnce collisions = new WarnOnce(LOG, "");
    /** Pairs of which it was said that they share URIs. */
    private final Set<String> shared = new HashSet<>();
    private volatile int colliding;
    private final ListeningClients listening;
    private Offering offered;
    private boolean started;

    /**
     * @param own    what this process offers itself, by who does
     * @param memory of all their messages together, while they are read
     */
    public Upstreams(List<UpstreamConfig> configs, Map<String, Offering> own, Sessions sessions, SessionLedger ledger,
                     Identity identity, Deadlines deadlines, Changes changes, SessionOutbox clients, String version,
                     ByteBudget memory) {
        Shared common = new Shared(sessions, ledger, identity, deadlines, changes, clients, version, memory);
        this.sessions = sessions;
        this.own = own;
        this.offered = local().all();
        this.changes = changes;
        this.catalogue = new LiveCatalogue(configs.isEmpty()
                ? new Catalogue(offered)
                : new Catalogue(offered, new Catalogue.Standing(true, List.of(), List.of())));
        this.all = configs.stream().map(config -> new Upstream(config, common, this::changed)).toList();
        this.listening = new ListeningClients(sessions, all);
        if (!all.isEmpty()) {
            clients.follow(listening::changed);
        }
    }

    @Override
    public Presence listening(Session session) {
        return all.isEmpty() ? () -> { } : listening.begin(session);
    }

    @Override
    public void rootsChanged(Session session) {
        all.forEach(upstream -> Thread.ofVirtual().name("roots-changed").start(() -> upstream.rootsChanged(session)));
    }

    @Override
    public void levelChanged(Session session) {
        all.forEach(upstream -> upstream.levelChanged(session));
    }

    @Override
    public void wants(Subscriber subscriber, Set<String> uris) {
        all.forEach(upstream -> upstream.wants(subscriber, uris));
    }

    /** A session has ended, and wants to hear of nothing any more. */
    void ended(SessionEvent event) {
        wants(new Subscriber(event.owner().fingerprint(), event.session().value(), true), Set.of());
    }

    /** What is offered, from the first answers of the others on with what they offer. */
    public LiveCatalogue catalogue() {
        return catalogue;
    }

    /**
     * Asks them all, and waits a while for their answers.
     *
     * @throws CollisionException when this process itself offers two tools or prompts of one name; what others offer
     *                            never stops a start
     */
    public void start() {
        Set<String> conflicts = local().conflicts();
        if (!conflicts.isEmpty()) {
            throw new CollisionException(conflicts);
        }
        all.forEach(Upstream::start);
        long end = System.nanoTime() + FIRST_ANSWERS.toNanos();
        all.forEach(upstream -> upstream.awaitFirst(end - System.nanoTime()));
        synchronized (this) {
            started = true;
        }
        changed(Set.of());
    }

    /**
     * @param said lists that an upstream says it changed; told on even where they look the same
     */
    private synchronized void changed(Set<Kind> said) {
        if (!started) {
            return;
        }
        Merge merge = merged();
        merge.conflicts().forEach(conflict -> collisions.warn(conflict
                + "; the second is not offered: give one of them a prefix, or deny it the tool (mcp.upstreams.N.prefix, deny)"));
        merge.shared().forEach((pair, sentence) -> {
            if (shared.add(pair)) {
                LOG.log(Level.INFO, () -> WarnOnce.printable(sentence));
            }
        });
        colliding = merge.conflicts().size();
        Offering before = offered;
        offered = merge.all();
        catalogue.replace(new Catalogue(offered, new Catalogue.Standing(!all.isEmpty(),
                all.stream().filter(upstream -> !upstream.reachable()).map(Upstream::name).toList(),
                all.stream().flatMap(upstream -> upstream.instructions().stream()).toList())));
        if (said.contains(Kind.TOOLS) || differ(before.tools(), offered.tools(), tool -> tool.json())) {
            changes.toolsChanged();
        }
        if (said.contains(Kind.PROMPTS) || differ(before.prompts(), offered.prompts(), prompt -> prompt.json())) {
            changes.promptsChanged();
        }
        if (said.contains(Kind.RESOURCES) || differ(before.resources(), offered.resources(), resource -> resource.json())
                || differ(before.templates(), offered.templates(), template -> template.json())) {
            changes.resourcesChanged();
        }
    }

    private Merge local() {
        Merge merge = new Merge();
        own.forEach(merge::add);
        return merge;
    }

    private Merge merged() {
        Merge merge = local();
        all.forEach(upstream -> merge.add("upstream " + upstream.name(), upstream.offering()));
        return merge;
    }

    private static <T> boolean differ(List<T> before, List<T> after, Function<T, Object> content) {
        return !Objects.equals(before.stream().map(content).toList(), after.stream().map(content).toList());
    }

    /** Their names, in the order of the configuration. */
    public List<String> names() {
        return all.stream().map(Upstream::name).toList();
    }

    /** Whether the one of this name answered when last asked for its lists. */
    public boolean reachable(String name) {
        return all.stream().anyMatch(upstream -> upstream.name().equals(name) && upstream.reachable());
    }

    /** How many things of them all are not offered, because clients could not read them or another has their name. */
    public int leftOut() {
        return colliding + all.stream().mapToInt(Upstream::leftOut).sum();
    }

    /** Whether a session at one of them belongs to a session of ours that is alive. */
    boolean belongs(SessionId own, String upstream, String there) {
        return sessions.find(own) instanceof Lookup.Live(Session session)
                && all.stream().anyMatch(it -> it.name().equals(upstream) && it.belongs(session, there));
    }

    /** Ends a session at one of them; nothing when it is not among them any more. */
    void end(String upstream, String session) {
        all.stream().filter(it -> it.name().equals(upstream)).forEach(it -> it.end(session));
    }

    @Override
    public void close() {
        all.forEach(Upstream::close);
    }
}
