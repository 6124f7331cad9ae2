package io.mcpsession.mcp;

import io.mcpsession.handler.Call;
import io.mcpsession.handler.ResourceNotFoundException;
import io.mcpsession.handler.Subscriber;
import io.mcpsession.jsonrpc.RpcException;
import io.mcpsession.relay.BusEvent;
import jakarta.json.JsonObject;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is offered at this moment. Lists of other servers change while this one runs. */
public final class LiveCatalogue {

    private volatile Catalogue current;

    public LiveCatalogue(Catalogue first) {
        this.current = first;
    }

    Catalogue current() {
        return current;
    }

    /** What is offered from now on. Calls that have begun go on with what they found. */
    public void replace(Catalogue next) {
        current = next;
    }

    /**
     * Somebody wants to hear when these change; whoever offers them is told, should it need to know.
     *
     * @param subscriber who does; whoever offers them is told when it is gone
     * @return those whose changes will be told
     */
    public Set<String> watched(Collection<String> uris, Subscriber subscriber) {
        Catalogue now = current;
        return uris.stream()
                .filter(uri -> now.readable(uri).stream().filter(it -> it.watched().test(subscriber)).count() > 0)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Which lists may change at all. */
    public Set<BusEvent.Kind> changing() {
        JsonObject capabilities = Capabilities.of(current);
        return Stream.of(BusEvent.Kind.values())
                .filter(kind -> capabilities.containsKey(kind.name().toLowerCase(Locale.ROOT)))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(BusEvent.Kind.class)));
    }

    /**
     * The session of a call subscribes to a resource, at all that offer it: two deployments of one server may.
     *
     * @throws ResourceNotFoundException when there is none of this URI
     * @throws RpcException              when none of them tells of its changes
     */
    void subscribe(Call call, String uri) {
        RuntimeException missing = new ResourceNotFoundException(uri);
        RuntimeException failure = missing;
        boolean any = false;
        for (Catalogue.ReadableResource candidate : current.readable(uri)) {
            try {
                candidate.subscribe().accept(call);
                any = true;
            } catch (ResourceNotFoundException e) {
                continue;
            } catch (RpcException e) {
                failure = failure == missing ? e : failure;
            }
        }
        if (!any) {
            throw failure;
        }
    }

    /** The session of a call no longer wants to hear of a resource, which may be gone. */
    void unsubscribe(Call call, String uri) {
        current.readable(uri).forEach(candidate -> candidate.unsubscribe().accept(call));
    }

    /** Something made out of a catalogue, once for each. */
    <T> Supplier<T> derived(Function<Catalogue, T> make) {
        return new Derived<>(this, make);
    }

    private static final class Derived<T> implements Supplier<T> {

        private final LiveCatalogue source;
        private final Function<Catalogue, T> make;
        private volatile Made<T> made;

        Derived(LiveCatalogue source, Function<Catalogue, T> make) {
            this.source = source;
            this.make = make;
            // What cannot be made is a fault of the start, not of the first request.
            get();
        }

        @Override
        public T get() {
            Catalogue now = source.current();
            Made<T> last = made;
            if (last == null || last.from() != now) {
                // Two threads may both make it; either is as good.
                last = new Made<>(now, make.apply(now));
                made = last;
            }
            return last.value();
        }

        private record Made<T>(Catalogue from, T value) {
        }
    }
}
