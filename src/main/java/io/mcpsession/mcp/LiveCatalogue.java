package io.mcpsession.mcp;

import java.util.Collection;
import java.util.function.Function;
import java.util.function.Supplier;

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

    /** Somebody wants to hear when these change; whoever offers them is told, should it need to know. */
    public void watched(Collection<String> uris) {
        Catalogue now = current;
        uris.forEach(uri -> now.readable(uri).forEach(it -> it.watched().run()));
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
