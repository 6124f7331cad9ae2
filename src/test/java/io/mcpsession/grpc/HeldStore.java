package io.mcpsession.grpc;

import io.mcpsession.session.Creation;
import io.mcpsession.session.Ending;
import io.mcpsession.session.Inquiry;
import io.mcpsession.session.Lookup;
import io.mcpsession.session.Opening;
import io.mcpsession.session.Place;
import io.mcpsession.session.Placement;
import io.mcpsession.session.Principal;
import io.mcpsession.session.RequestId;
import io.mcpsession.session.Session;
import io.mcpsession.session.SessionId;
import io.mcpsession.session.SessionPage;
import io.mcpsession.session.SessionStore;
import io.mcpsession.session.StoreUnavailableException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A store that answers a look-up when the test says so, and with what the test says. */
final class HeldStore implements SessionStore {

    private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();

    /** A look-up that waits, on the thread that will send the reply. */
    record Held(SessionId id, Thread thread, CompletableFuture<Lookup> answer) {

        /** Lets the call go on, and waits until it is over. */
        void release() throws InterruptedException {
            answer.complete(Lookup.Absent.INSTANCE);
            thread.join(TimeUnit.SECONDS.toMillis(10));
        }
    }

    Held next() throws InterruptedException {
        Held next = held.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no look-up arrived");
        }
        return next;
    }

    @Override
    public Lookup find(SessionId id) {
        Held call = new Held(id, Thread.currentThread(), new CompletableFuture<>());
        held.add(call);
        try {
            return call.answer().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("the wait was ended", null);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public SessionPage list(Principal owner, Optional<SessionId> after, int size) {
        return new SessionPage(List.of(), false);
    }

    @Override
    public Placement create(SessionId id, Principal owner, Opening opening) {
        throw new UnsupportedOperationException("a detail for the log");
    }

    @Override
    public Creation create(SessionId id, Principal owner, Opening opening, RequestId request) {
        throw new UnsupportedOperationException("a detail for the log");
    }

    @Override
    public List<Lookup> lookUp(List<Inquiry> inquiries) {
        return inquiries.stream().map(inquiry -> find(inquiry.id())).toList();
    }

    @Override
    public long count(Principal owner) {
        return 0;
    }

    @Override
    public Placement revive(SessionId id, Principal owner, Opening opening) {
        return create(id, owner, opening);
    }

    @Override
    public Placement anchor(Place place, Optional<SessionId> presented, Optional<SessionId> candidate,
                            Principal owner, Opening opening) {
        return create(candidate.orElseThrow(), owner, opening);
    }

    @Override
    public Lookup find(SessionId id, Principal caller) {
        return find(id);
    }

    @Override
    public Lookup resume(SessionId id, Principal caller) {
        return find(id);
    }

    @Override
    public Lookup touch(SessionId id) {
        return find(id);
    }

    @Override
    public Lookup update(SessionId id, UnaryOperator<Session> change) {
        return find(id);
    }

    @Override
    public Lookup end(SessionId id, Ending ending) {
        return find(id);
    }

    @Override
    public Lookup endLive(SessionId id, Ending ending) {
        return find(id);
    }

    @Override
    public int endAll(Principal owner, Optional<SessionId> except, Ending ending) {
        return 0;
    }

    @Override
    public long count() {
        return 0;
    }
}
