package io.mcpsession.mcp;

import io.mcpsession.handler.ResourceNotFoundException;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.relay.Bus;
import io.mcpsession.relay.BusEvent;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionSubscriptions;
import io.mcpsession.session.StoreAllowance;
import io.mcpsession.session.StoreUnavailableException;
import java.util.Set;

/** Which resources a session wants to hear of, on whichever replica its stream is. */
public final class Subscriptions {

    private final SessionSubscriptions store;
    private final Bus bus;
    private final LiveCatalogue catalogue;
    private final BridgedSessions bridged;

    public Subscriptions(SessionSubscriptions store, Bus bus, LiveCatalogue catalogue, BridgedSessions bridged) {
        this.store = store;
        this.bus = bus;
        this.catalogue = catalogue;
        this.bridged = bridged;
    }

    /**
     * @throws RpcException              when whoever offers it does not tell of its changes, or the session holds too many
     * @throws ResourceNotFoundException when there is none of this URI
     */
    void add(SessionCall call, Session session, String uri) {
        if (!store.add(session.id(), uri)) {
            throw RpcException.invalidParams("A session holds " + SessionSubscriptions.MOST + " subscriptions of "
                    + SessionSubscriptions.LONGEST + " characters and " + SessionSubscriptions.MOST_BYTES
                    + " bytes together at most");
        }
        tell(session);
        try {
            StoreAllowance.apart(() -> {
                catalogue.subscribe(call, uri);
                return uri;
            });
        } catch (RuntimeException e) {
            store.remove(session.id(), uri);
            tell(session);
            throw e;
        }
    }

    void remove(SessionCall call, Session session, String uri) {
        store.remove(session.id(), uri);
        tell(session);
        bridged.wants(subscriber(session), store.of(session.id()));
        StoreAllowance.apart(() -> {
            catalogue.unsubscribe(call, uri);
            return uri;
        });
    }

    /** Waits: once the client has its answer, every update must find the session as it wants to be found. */
    private void tell(Session session) {
        StoreAllowance.current()
                .await(bus.publish(new BusEvent.SubscriptionsChanged(session.id())).toCompletableFuture());
    }

    /** The URIs a session wants to hear of, whose stream is on this replica. */
    public Set<String> of(Session session) {
        Set<String> uris = store.of(session.id());
        Subscriber subscriber = subscriber(session);
        bridged.wants(subscriber, uris);
        if (!uris.isEmpty()) {
            // A stream begins here, maybe after another replica is gone that had asked for them.
            Thread.ofVirtual().name("watched").start(() -> watch(session, subscriber, uris));
        }
        return uris;
    }

    private void watch(Session session, Subscriber subscriber, Set<String> uris) {
        catalogue.watched(uris, subscriber);
        try {
            // It may have ended meanwhile, and word of that came too early.
            bridged.wants(subscriber, store.of(session.id()));
        } catch (StoreUnavailableException e) {
            // Then word of its end is still to come.
        }
    }

    static Subscriber subscriber(Session session) {
        return new Subscriber(session.owner().fingerprint(), session.id().value(), true);
    }
}
