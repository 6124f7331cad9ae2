package io.mcpsession.upstream;

import io.mcpsession.handler.Changes;
import io.mcpsession.handler.Offering;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.limit.ByteBudget;
import io.mcpsession.limit.Deadlines;
import io.mcpsession.mcpclient.Incoming;
import io.mcpsession.mcpclient.McpPeer;
import io.mcpsession.mcpclient.PeerSession;
import io.mcpsession.mcp.SessionOutbox;
import io.mcpsession.relay.SessionLedger;
import io.mcpsession.session.Session;
import io.mcpsession.session.Sessions;
import java.lang.System.Logger;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** One server behind this one: how it stands, what it offers, and the way there. */
final class Upstream implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Upstream.class.getName());

    private final UpstreamConfig config;
    private final McpPeer peer;
    private final Identity identity;
    private final Watch watch;
    private final Things things;
    private final SessionStreams streams;
    private final OutsideCalls outside;

    /**
     * @param changed told whenever its lists or its reachability changed, and which lists it says that it changed
     */
    Upstream(UpstreamConfig config, Shared shared, Consumer<Set<Kind>> changed) {
        this.config = config;
        this.peer = new McpPeer(config.peer(), shared.version(), shared.memory());
        this.identity = shared.identity();
        Gate gate = new Gate(config.name(), config.concurrency(), System::nanoTime);
        UpstreamSessions sessions = new UpstreamSessions(config.name(), peer, shared.sessions(), shared.ledger(),
                shared.clients(), this::offers);
        WarnOnce warnings = new WarnOnce(LOG, "upstream " + config.name() + ": ");
        Lister lister = new Lister(peer, () -> identity.ofThisServer(config.name()), config.peer().largestMessage());
        this.watch = new Watch(config, lister, shared.deadlines(), gate, () -> forget(sessions), changed,
                shared.changes(), warnings);
        Incoming others = watch.news();
        this.streams = new SessionStreams(config.name(), peer, others, shared.clients(), warnings);
        this.outside = new OutsideCalls(config.name(), peer, sessions, streams, identity, shared.deadlines());
        Forwarding forwarding = new Forwarding(config, peer, gate, sessions, streams, identity,
                shared.deadlines(), others, watch::lookNow);
        this.things = new Things(config, forwarding, new UpstreamSubscriptions(forwarding, watch,
                () -> peer.speaksStateless(false, identity.ofThisServer(config.name()))), warnings);
    }

    /** It went away: another release may run there when it comes back. */
    private void forget(UpstreamSessions sessions) {
        sessions.forget();
        streams.forget();
    }

    /** What all of them need. */
    record Shared(Sessions sessions, SessionLedger ledger, Identity identity, Deadlines deadlines, Changes changes,
                  SessionOutbox clients, String version, ByteBudget memory) {
    }

    String name() {
        return config.name();
    }

    void start() {
        watch.start();
    }

    /** Waits until it was asked once, whatever came of it. */
    void awaitFirst(long nanos) {
        watch.awaitFirst(nanos);
    }

    boolean reachable() {
        return watch.reachable();
    }

    /** What it offers, as it was last known. */
    Offering offering() {
        return things.of(watch.lists());
    }

    int leftOut() {
        return things.leftOut();
    }

    /** What it says of how to use it, and how its tools are called here; empty when it says nothing. */
    Optional<String> instructions() {
        String own = watch.instructions();
        return own.isEmpty() ? Optional.empty() : Optional.of("Of the server \"" + config.name() + "\" behind this one"
                + (config.prefix().isEmpty() ? "" : ", whose tools and prompts begin with " + config.prefix()) + ":\n" + own);
    }

    /** Whether a URI may be one of its resources. */
    private boolean offers(String uri) {
        Offering now = offering();
        return now.resources().stream().anyMatch(it -> it.description().uri().equals(uri))
                || now.templates().stream().map(it -> it.description().uriTemplate())
                .anyMatch(template -> uri.startsWith(template.substring(0, (template + "{").indexOf('{'))));
    }

    /** A client listens; empty when its session has none there. */
    Optional<SessionStreams.Held> listen(Session session) {
        return outside.listen(session);
    }

    /** Somebody wants to hear of these resources alone. */
    void wants(Subscriber subscriber, Set<String> uris) {
        watch.retain(subscriber, uris);
    }

    /** It listens in a session that may have taken the place of another, and then has subscriptions from before. */
    void takeOver(Session session) {
        if (watch.subscribable()) {
            outside.takeOver(session);
        }
    }

    void rootsChanged(Session session) {
        outside.rootsChanged(session);
    }

    void levelChanged(Session session) {
        outside.levelChanged(session);
    }

    /** Whether a session there belongs to a session of ours. */
    boolean belongs(Session own, String there) {
        return outside.belongs(own, there);
    }

    /** Ends a session there, without waiting. */
    void end(String session) {
        Map<String, String> headers = identity.ofThisServer(config.name());
        peer.end(headers, new PeerSession(session, "2025-11-25", false));
    }

    @Override
    public void close() {
        streams.close();
        watch.close();
        peer.close();
    }
}
