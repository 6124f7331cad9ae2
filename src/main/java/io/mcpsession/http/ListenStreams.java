package io.mcpsession.http;

import io.helidon.webserver.http.ServerResponse;
import io.mcpsession.connection.ClientPresence;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.jsonrpc.JsonRpc;
import io.mcpsession.jsonrpc.Message;
import io.mcpsession.mcp.BridgedSessions;
import io.mcpsession.mcp.Listening;
import io.mcpsession.mcp.LiveCatalogue;
import io.mcpsession.relay.Bus;
import io.mcpsession.session.Principal;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/** Streams of {@code subscriptions/listen}: an acknowledgement, then what was asked for, for as long as it is wanted. */
public final class ListenStreams {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final Bus bus;
    private final OpenStreams open;
    private final LiveCatalogue catalogue;
    private final BridgedSessions bridged;

    public ListenStreams(Bus bus, OpenStreams open, LiveCatalogue catalogue, BridgedSessions bridged) {
        this.bus = bus;
        this.open = open;
        this.catalogue = catalogue;
        this.bridged = bridged;
    }

    void serve(Principal caller, Message.Request request, Recipient recipient) {
        Subscriber subscriber = new Subscriber(caller.fingerprint(), UUID.randomUUID().toString(), false);
        try {
            serve(subscriber, request, recipient);
        } finally {
            bridged.wants(subscriber, Set.of());
        }
    }

    private void serve(Subscriber subscriber, Message.Request request, Recipient recipient) {
        Listening asked = Listening.of(request);
        Listening wanted = asked.keeping(catalogue.changing(), catalogue.watched(asked.resources(), subscriber));
        EventStream stream = new EventStream(recipient, open.limits(), KEEP_ALIVE, () -> { });
        stream.message("", wanted.acknowledgement());
        try (Bus.Following _ = bus.follow(heard ->
                wanted.notification(heard.event()).ifPresent(it -> stream.news("", it)))) {
            // The schema ties an end by notifications/cancelled to stdio; over HTTP the result ends the stream.
            open.run(stream, () -> stream.endWith(JsonRpc.result(request.id(), wanted.result())), () -> { });
        }
    }
}
